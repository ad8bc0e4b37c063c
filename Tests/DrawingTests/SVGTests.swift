// SPDX-License-Identifier: Apache-2.0

import PullbackDrawing
import Testing

@Suite struct SVGTests {
  @Test func textIsEscaped() {
    #expect(
      SVG.escaped("1{s < 0} & \"x\" > 'y'\u{7}")
        == "1{s &lt; 0} &amp; &quot;x&quot; &gt; &apos;y&apos;?")
    var svg = SVG()
    svg.text("</text><script>", x: 1, y: 2, size: 12)
    let document = svg.document(width: 10.2, height: 5)
    #expect(document.contains("&lt;/text&gt;&lt;script&gt;</text>"))
    #expect(document.contains("viewBox=\"0 0 11 5\""))
    #expect(!document.contains("<script"))
  }

  @Test func numbersAreShort() {
    #expect(SVG.number(3) == "3")
    #expect(SVG.number(-0.001) == "0")
    #expect(SVG.number(1.2345) == "1.23")
    #expect(SVG.number(-12.5) == "-12.5")
  }

  @Test func widthsOfWideCharacters() {
    #expect(TextMetrics.width(of: "層", size: 10) >= 10)
    #expect(TextMetrics.width(of: "a\u{301}", size: 10) == TextMetrics.width(of: "a", size: 10))
  }

  @Test func wrapping() {
    #expect(TextMetrics.wrapped("a b c", columns: 3) == ["a b", "c"])
    #expect(TextMetrics.wrapped("abcdefg h", columns: 3) == ["abc", "def", "g h"])
    #expect(TextMetrics.wrapped("abcdef", columns: 3) == ["abc", "def"])
    #expect(TextMetrics.wrapped("", columns: 3) == [""])
  }

  @Test func dotQuotesText() {
    var diagram = Diagram(panels: ["a \"panel\""])
    let box = diagram.add(
      .init(["back\\slash \"q\""], note: "n", kind: .given, panel: 0, row: 0))
    let other = diagram.add(.init(["}"], note: "", kind: .answer, panel: 0, row: 1))
    diagram.add(.init(from: other, to: box, "[2]"))
    let dot = diagram.dot
    #expect(dot.contains("label=\"a \\\"panel\\\"\""))
    #expect(dot.contains("label=\"back\\\\slash \\\"q\\\"\\nn\""))
    // An arrow that goes up is written from its end, so that ranks still go down.
    #expect(dot.contains("n0 -> n1 [label=\"[2]\", color=\"#6b7280\", dir=back];"))
  }
}
