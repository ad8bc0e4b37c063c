// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pullback
import PullbackTestSupport
import Testing

struct SpelledMomentTests {
  /// Seconds since 1970 by Foundation's calendar.
  private func seconds(
    _ year: Int, _ month: Int, _ day: Int, _ hour: Int = 0, _ minute: Int = 0, _ second: Int = 0
  ) -> Double {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(identifier: "UTC")!
    let parts = DateComponents(
      year: year, month: month, day: day, hour: hour, minute: minute, second: second)
    return calendar.date(from: parts)!.timeIntervalSince1970
  }

  @Test(arguments: [
    "2024-03-04", "2024/03/04", "2024/3/4", "2024.03.04", "4.3.2024", "04.03.2024", "4 Mar 2024",
    "04 March 2024", "4. Mar. 2024", "4-Mar-2024", "04-MAR-24", "Mar 4, 2024", "March 4 2024",
    "mar. 4, 2024", " 2024-03-04 ",
  ])
  func datesAreRead(text: String) throws {
    let column = try tolerant("x\n\"\(text)\"\n", header: true)["x"]
    #expect(column?.kind == .numeric && column?.notation == .date, "\(column!)")
    #expect(numbers(column) == [seconds(2024, 3, 4)])
  }

  @Test func anyDayIsThatOfTheCalendar() throws {
    var random = SplitMix(seed: 3)
    var text = "x\n", expected: [Double] = []
    for _ in 0..<3000 {
      let (year, month) = (1600 + random.below(900), 1 + random.below(12))
      let day = 1 + random.below(28)
      text += "\(year)-\(month)-\(day)\n"
      expected.append(seconds(year, month, day))
    }
    #expect(numbers(try tolerant(text)["x"]) == expected)
  }

  @Test(arguments: [
    "2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10", "2024-04-31", "2024-1-0", "32.1.2024",
    "1.13.2024", "2024-01", "2024-01-01x", "24-01-01", "1.2.34", "1.2/2024", "Foo 3, 2024",
    "3 Mar", "Mar 3", "3 Marc 2024", "2024-01-01T", "2024-01-01 25:00", "2024-01-01 12",
    "2024-01-01T12:00+25:00", "2024-01-01T12:00X", "99999-01-01", "1/2/024", "3 Mar 124",
  ])
  func whatIsNoDayDoesNotFit(text: String) throws {
    let rows = "2024-01-01 10:00\n2024-01-02 11:00\n2024-01-03 00:00\n"
    let column = try tolerant("x\n" + rows + "\"\(text)\"\n")["x"]
    #expect(column?.misfits == [Table.Misfit(row: 3, line: 5, text: text)])
    #expect(column?.notation == .dateTime)
  }

  @Test(
    arguments: [
      ("12:30", 45_000), ("12:30:15", 45_015), ("12:30:15.25", 45_015.25),
      ("12:30:15,25", 45_015.25), ("00:00", 0), ("24:00", 86_400), ("9:05", 32_700),
      ("1:05 pm", 47_100), ("1:05PM", 47_100), ("1 pm", 46_800), ("12:00 am", 0),
      ("12:30 p.m.", 45_000), ("11:59:59 AM", 43_199), ("23:59:60", 86_400),
    ] as [(String, Double)])
  func timesAreRead(text: String, expected: Double) throws {
    let column = try tolerant("x\n\"\(text)\"\n", header: true)["x"]
    #expect(column?.notation == .time, "\(column!)")
    #expect(numbers(column) == [expected])
  }

  @Test(arguments: [
    "24:01", "25:00", "12:60", "12:5", "12:30:61", "13:00 pm", "0:30 am", "12", ":30", "12:30x",
    "12:30:", "1 xm", "-1:30", "12:30:15.25.3",
  ])
  func whatIsNoTimeDoesNotFit(text: String) throws {
    let column = try tolerant("x\n1:00\n2:00\n3:00\n\"\(text)\"\n")["x"]
    #expect(column?.misfits.map(\.text) == [text])
  }

  @Test(arguments: [
    "2024-03-04T12:30:15Z", "2024-03-04 12:30:15", "2024-03-04T12:30:15", "2024-03-04t12:30:15z",
    "2024-03-04T14:30:15+02:00", "2024-03-04T07:00:15-0530", "2024-03-05T01:30:15+13",
    "2024-03-04 12:30:15 UTC", "2024-03-04 12:30:15 +00:00", "4.3.2024 12:30:15",
    "Mar 4, 2024, 12:30:15 pm", "4 Mar 2024 12:30:15", "2024/03/04 12:30:15.0",
  ])
  func momentsAreInUTC(text: String) throws {
    let column = try tolerant("x\n\"\(text)\"\n", header: true)["x"]
    #expect(column?.notation == .dateTime, "\(column!)")
    #expect(numbers(column) == [seconds(2024, 3, 4, 12, 30, 15)])
  }

  @Test func daysAmongMomentsAreAtMidnight() throws {
    let column = try tolerant("x\n2024-03-04 06:00\n2024-03-05\n2024-03-06\n")["x"]
    #expect(column?.notation == .dateTime && column?.misfitCount == 0)
    #expect(numbers(column)[1] == seconds(2024, 3, 5))
  }

  @Test func theWholeColumnSaysWhetherTheDayIsInFront() throws {
    let days = try tolerant("x\n3/4/2024\n5/6/2024\n31/1/2024\n")["x"]
    #expect(days?.spelling.isDayFirst == true)
    #expect(numbers(days)[0] == seconds(2024, 4, 3))
    let months = try tolerant("x\n3/4/2024\n1/31/2024\n5/6/24 \n")["x"]
    #expect(months?.spelling.isDayFirst == false)
    #expect(numbers(months) == [seconds(2024, 3, 4), seconds(2024, 1, 31), seconds(2024, 5, 6)])
    // The other column knows; and where it is no question nobody is asked.
    let both = try tolerant("x,y\n3/4/2024,31/1/2024\n5/6/2024,1/2/2024\n")
    #expect(numbers(both["x"])[0] == seconds(2024, 4, 3))
    #expect(numbers(try tolerant("x\n3/3/2024\n")["x"]) == [seconds(2024, 3, 3)])
    // One that does not fit the rest.
    let mixed = try tolerant("x\n31/1/2024\n30/1/2024\n29/1/2024\n28/1/2024\n1/31/2024\n")["x"]
    #expect(mixed?.misfits.map(\.line) == [6])
  }

  @Test func aDayOrMonthThatNothingTellsIsAsked() throws {
    let text = "id,day\n1,2/2/2024\n2,3/4/2024\n"
    let error = #expect(throws: FileError.self) { try tolerant(text) }
    #expect(
      error?.description
        == "file.csv:3: field 2 (day): \"3/4/2024\" has the day or the month in front; say which: "
        + "dayFirst: true or false")
    #expect(numbers(try tolerant(text, dayFirst: true)["day"])[1] == seconds(2024, 4, 3))
    #expect(numbers(try tolerant(text, dayFirst: false)["day"])[1] == seconds(2024, 3, 4))
    #expect(
      texts(try tolerant(text, types: ["day": .categorical])["day"]) == ["2/2/2024", "3/4/2024"])
  }
}
