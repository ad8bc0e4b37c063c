// SPDX-License-Identifier: Apache-2.0
//
// The normal distribution function of floats by pieces, where one instruction looks numbers up in a
// table of 32: no division, and fewer products than the quotient of polynomials in sigmoids.inc.h.
//
// With a = |x| it is g(a) exp(-a^2 / 2) below 0, g(a) = exp(a^2 / 2) (1 - erf(a / sqrt(2))) / 2,
// and what is left of 1 above. a + 1 lies in one of 32 pieces between 1 and 16, eight to a power of
// two, which the upper bits of it number, from the second half on: in each g is a polynomial of the
// distance from where the piece begins, a fit of our own. exp(-a^2 / 2) = 2^n exp(r), n a multiple
// of 1/32 whose fraction is looked up.
//
// Bounds: tables are read at five bits of an index; whole vectors while they fit,
// as the loops' own.

enum { PB_PIECES = 32 };

static const float pb_normal_pieces_f32[5][PB_PIECES] = {
  {
    0x1.0bdb2ep-2f, 0x1.d898dep-3f, 0x1.a57056p-3f, 0x1.7b5abep-3f,
    0x1.5845dcp-3f, 0x1.3aaddep-3f, 0x1.217252p-3f, 0x1.0bb968p-3f,
    0x1.f1b89ap-4f, 0x1.b396f8p-4f, 0x1.82b4bcp-4f, 0x1.5b5accp-4f,
    0x1.3b0fbcp-4f, 0x1.201faap-4f, 0x1.095608p-4f, 0x1.eba5fep-5f,
    0x1.c9e12p-5f, 0x1.926972p-5f, 0x1.66ccb8p-5f, 0x1.43a38ap-5f,
    0x1.26b4dp-5f, 0x1.0e7dcep-5f, 0x1.f3ddc2p-6f, 0x1.d087aep-6f,
    0x1p-1f, 0x1.d0af2cp-2f, 0x1.a7f808p-2f, 0x1.84b706p-2f,
    0x1.66027ap-2f, 0x1.4b1de2p-2f, 0x1.337024p-2f, 0x1.1e7c2ep-2f
  },
  {
    -0x1.1951e4p-3f, -0x1.c492ap-4f, -0x1.71c026p-4f, -0x1.3253d6p-4f,
    -0x1.00f97p-4f, -0x1.b405a8p-5f, -0x1.75ab1ap-5f, -0x1.432a58p-5f,
    -0x1.19cd8ep-5f, -0x1.b601c8p-6f, -0x1.5cf918p-6f, -0x1.1be1eep-6f,
    -0x1.d613eep-7f, -0x1.8b19c6p-7f, -0x1.5067f2p-7f, -0x1.21ae5p-7f,
    -0x1.f7d322p-8f, -0x1.86b72p-8f, -0x1.3780aep-8f, -0x1.fbf17p-9f,
    -0x1.a5da8ap-9f, -0x1.63d046p-9f, -0x1.30125cp-9f, -0x1.06cde2p-9f,
    -0x1.988436p-2f, -0x1.5e6e8p-2f, -0x1.2e8638p-2f, -0x1.06bfacp-2f,
    -0x1.cb056ap-3f, -0x1.9323f2p-3f, -0x1.63e0d4p-3f, -0x1.3bb002p-3f
  },
  {
    0x1.fc8b64p-5f, 0x1.7b5384p-5f, 0x1.202c98p-5f, 0x1.bd38ap-6f,
    0x1.5d0ae4p-6f, 0x1.159d2ap-6f, 0x1.bf1c5ep-7f, 0x1.6c2a28p-7f,
    0x1.2bb34p-7f, 0x1.a23b78p-8f, 0x1.2db32ep-8f, 0x1.bf6a34p-9f,
    0x1.53fa78p-9f, 0x1.07e3fp-9f, 0x1.a0b01ap-10f, 0x1.4e8b6p-10f,
    0x1.100c7cp-10f, 0x1.75d1c4p-11f, 0x1.0b4568p-11f, 0x1.8aabe8p-12f,
    0x1.2b81f2p-12f, 0x1.d1009cp-13f, 0x1.6fbcd4p-13f, 0x1.27e678p-13f,
    0x1.ffeec4p-3f, 0x1.a4dd6cp-3f, 0x1.5c4ad2p-3f, 0x1.22295cp-3f,
    0x1.e64fa8p-4f, 0x1.9a6522p-4f, 0x1.5c09e6p-4f, 0x1.28e1c6p-4f
  },
  {
    -0x1.95436cp-6f, -0x1.1b969cp-6f, -0x1.954372p-7f, -0x1.271dd8p-7f,
    -0x1.b2007ep-8f, -0x1.47116p-8f, -0x1.f1903ap-9f, -0x1.7db4c4p-9f,
    -0x1.2757e2p-9f, -0x1.76261cp-10f, -0x1.eeaa1p-11f, -0x1.4f99c6p-11f,
    -0x1.d745a6p-12f, -0x1.55dd36p-12f, -0x1.f1d486p-13f, -0x1.776942p-13f,
    -0x1.19952ep-13f, -0x1.599c0ap-14f, -0x1.be202ep-15f, -0x1.2ac14ap-15f,
    -0x1.a12856p-16f, -0x1.2c2626p-16f, -0x1.b57f1cp-17f, -0x1.49d374p-17f,
    -0x1.0ebbb8p-3f, -0x1.ae7f2p-4f, -0x1.57552ep-4f, -0x1.148822p-4f,
    -0x1.bc857ep-5f, -0x1.704418p-5f, -0x1.2d4de8p-5f, -0x1.f44cf2p-6f
  },
  {
    0x1.edfaf4p-8f, 0x1.4927eep-8f, 0x1.c2af38p-9f, 0x1.3bf98ap-9f,
    0x1.ad23a4p-10f, 0x1.3b5046p-10f, 0x1.c51d9p-11f, 0x1.3cab18p-11f,
    0x1.b82884p-12f, 0x1.022654p-12f, 0x1.4251dep-13f, 0x1.9029e8p-14f,
    0x1.07f94ap-14f, 0x1.7790cp-15f, 0x1.e379a6p-16f, 0x1.61ae1cp-16f,
    0x1.be9618p-17f, 0x1.f63152p-18f, 0x1.2b7216p-18f, 0x1.6d5f6ep-19f,
    0x1.e38994p-20f, 0x1.4df4ap-20f, 0x1.b6a0fp-21f, 0x1.415ab2p-21f,
    0x1.c1eeb4p-5f, 0x1.609f7ap-5f, 0x1.0cfd0cp-5f, 0x1.a8ad42p-6f,
    0x1.366882p-6f, 0x1.1fd862p-6f, 0x1.c2e4dp-7f, 0x1.81bfb8p-7f
  }
};

// 2^(i / 32)
static const float pb_power_pieces_f32[PB_PIECES] = {
  0x1p0f, 0x1.059b0ep0f, 0x1.0b5586p0f, 0x1.11301ep0f,
  0x1.172b84p0f, 0x1.1d4874p0f, 0x1.2387a6p0f, 0x1.29e9ep0f,
  0x1.306fep0f, 0x1.371a74p0f, 0x1.3dea64p0f, 0x1.44e086p0f,
  0x1.4bfdaep0f, 0x1.5342b6p0f, 0x1.5ab07ep0f, 0x1.6247ecp0f,
  0x1.6a09e6p0f, 0x1.71f75ep0f, 0x1.7a1148p0f, 0x1.82589ap0f,
  0x1.8ace54p0f, 0x1.93737cp0f, 0x1.9c4918p0f, 0x1.a5503cp0f,
  0x1.ae89fap0f, 0x1.b7f77p0f, 0x1.c199bep0f, 0x1.cb720ep0f,
  0x1.d5818ep0f, 0x1.dfc974p0f, 0x1.ea4afap0f, 0x1.f50766p0f
};

// A register on its way: n, -2 r, a less where its piece begins, g but for its last two products,
// and what is looked up by.
typedef struct {
  pb_f32v n, rest, distance, g;
  pb_u32v piece, power;
} pb_normal_parts;

PB_INLINE pb_normal_parts pb_normal_begin(pb_f32v a) {
  const pb_f32v magic = 0x1.8p18f;
  pb_normal_parts parts;
  pb_f32v shifted = a + 1.0f;
  parts.piece = (pb_u32v)shifted >> 20;
  parts.distance = a - ((pb_f32v)((pb_u32v)shifted & 0xfff00000u) - 1.0f);
  pb_f32v power = PB_FMA(a * a, (pb_f32v)-0x1.71547652b82fep-1f, magic);
  parts.power = (pb_u32v)power;
  parts.n = power - magic;
  parts.rest = PB_FMA(a, a, parts.n * (2 * pb_ln2_high_f32));
  parts.rest = PB_FMA(parts.n, (pb_f32v)(2 * pb_ln2_low_f32), parts.rest);
  parts.g = PB_LOOKUP_f32(pb_normal_pieces_f32[4], parts.piece);
  PB_UNROLLED for (long i = 3; i >= 2; i--)
    parts.g = PB_FMA(parts.g, parts.distance, PB_LOOKUP_f32(pb_normal_pieces_f32[i], parts.piece));
  return parts;
}

// exp(r) = 1 + s (-1/2 + s / 8 - s^2 / 48), s = -2 r
PB_INLINE pb_f32v pb_normal_below(pb_normal_parts parts) {
  pb_f32v g = parts.g, rest = parts.rest;
  PB_UNROLLED for (long i = 1; i >= 0; i--)
    g = PB_FMA(g, parts.distance, PB_LOOKUP_f32(pb_normal_pieces_f32[i], parts.piece));
  pb_f32v q = PB_FMA(rest, (pb_f32v)(-1.0f / 48), (pb_f32v)0.125f);
  q = PB_FMA(q, rest, (pb_f32v)-0.5f) * rest;
  g *= PB_LOOKUP_f32(pb_power_pieces_f32, parts.power);
  return PB_FMA(g, q, g);
}

// Where it is a normal number; not where a is NaN, whose bits are larger.
PB_INLINE pb_f32_holds pb_normal_is_near(pb_u32v a) {
  return (pb_f32_holds)(a <= (pb_u32v)(pb_f32v)13.0f);
}

PB_INLINE pb_f32v pb_normal_end(pb_f32v x, pb_normal_parts parts) {
  pb_f32v below = PB_SCALED_f32(pb_normal_below(parts), parts.n);
  return x > 0.0f ? 1.0f - below : below;
}

PB_INLINE pb_f32v pb_normal_distribution_of_f32(pb_f32v x) {
  pb_f32v a = __builtin_elementwise_abs(x);
  pb_normal_parts parts = pb_normal_begin(PB_AT_MOST_f32(a, 14.3f));
  if (PB_ALL(pb_normal_is_near((pb_u32v)a))) return pb_normal_end(x, parts);
  pb_u32v is_low = (pb_u32v)(parts.n < -32.0f);
  pb_f32v n = is_low != 0 ? parts.n + 64.0f : parts.n;
  pb_f32v below = pb_lowered_f32(PB_SCALED_f32(pb_normal_below(parts), n), is_low);
  return x > 0.0f ? 1.0f - below : below;
}

// max(x, least) times the function, for a far `least`, four registers at a time: while one waits
// for a product, others go on. The processor does not look as far ahead as from one to the next,
// nor does the compiler mix them.
PB_INLINE long pb_gated_normal_ahead(long n, float *r, const float *x, const float *least) {
  enum { lanes = PB_VECTOR_BYTES / sizeof(float), together = 4 };
  const pb_f32v limit = (pb_f32v)*least;
  long done = 0;
  for (; n - done >= together * lanes; done += together * lanes) {
    pb_f32v z[together];
    pb_normal_parts parts[together];
    pb_u32v largest = { 0 };
    PB_UNROLLED for (long i = 0; i < together; i++) {
      z[i] = *(const pb_f32v_at *)(x + done + i * lanes);
      pb_f32v a = __builtin_elementwise_abs(z[i]);
      parts[i] = pb_normal_begin(a);
      largest = __builtin_elementwise_max(largest, (pb_u32v)a);
    }
    if (!PB_ALL(pb_normal_is_near(largest))) {
      PB_UNROLLED for (long i = 0; i < together; i++) {
        z[i] = z[i] < limit ? limit : z[i];
        *(pb_f32v_at *)(r + done + i * lanes) = z[i] * pb_normal_distribution_of_f32(z[i]);
      }
      continue;
    }
    // None ends before all have begun.
    PB_UNROLLED for (long i = 0; i < together; i++) __asm__ volatile("" : "+v"(parts[i].rest));
    PB_UNROLLED for (long i = 0; i < together; i++) __asm__ volatile("" : "+v"(parts[i].g));
    PB_UNROLLED for (long i = 0; i < together; i++)
      *(pb_f32v_at *)(r + done + i * lanes) = z[i] * pb_normal_end(z[i], parts[i]);
  }
  return done;
}

#define PB_GATED_NORMAL_AHEAD pb_gated_normal_ahead
