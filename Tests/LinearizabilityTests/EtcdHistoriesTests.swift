import Foundation
import Linearizability
import XCTest

/// About fifty histories that Jepsen recorded against etcd, with the verdicts of another checker.
final class EtcdHistoriesTests: XCTestCase {
    func testTheVerdictsOnRecordedHistoriesAreThoseOfAnotherChecker() throws {
        let folder = URL(fileURLWithPath: #filePath)
            .appendingPathComponent("../../../../shared/data/histories").standardized
        try XCTSkipUnless(
            FileManager.default.fileExists(atPath: folder.path),
            "no folder ../shared/data/histories beside the package: nothing to compare with")
        let table = try String(contentsOf: folder.appendingPathComponent("verdicts.tsv"), encoding: .utf8)
        let rows = table.split(separator: "\n").dropFirst().map { $0.split(separator: "\t") }
        XCTAssertGreaterThanOrEqual(rows.count, 51)
        for row in rows {
            let text = try String(contentsOf: folder.appendingPathComponent(String(row[0])), encoding: .utf8)
            let verdict = try Checker().check(try parse(text))[0].verdict
            XCTAssertEqual(verdict == .linearizable, row[1] == "true", String(row[0]))
        }
    }

    /// Parses lines like `INFO  jepsen.util - 4 :invoke :cas [1 2]`. In these histories a process continues under the
    /// same id after a timeout; it gets a new id here.
    private func parse(_ text: String) throws -> History<Int, Int> {
        var history = History<Int, Int>()
        var identity: [Int: Int] = [:]
        var asked: [Int: Action<Int>] = [:]
        for line in text.split(separator: "\n") {
            guard let dash = line.range(of: "- ") else { continue }
            let words = line[dash.upperBound...].split { " \t[]".contains($0) }
            guard let process = Int(words[0]), words.count >= 4 else { continue }
            let numbers = words[3...].compactMap { Int($0) }
            let id = identity[process, default: process]
            let action: Action<Int> =
                switch words[2] {
                case ":read": .read(numbers.first)
                case ":write" where !numbers.isEmpty: .write(numbers[0])
                case ":cas" where !numbers.isEmpty: .compareAndSet(from: numbers[0], to: numbers[1])
                default: try XCTUnwrap(asked[process], String(line))
                }
            asked[process] = action
            let kind: HistoryEvent<Int, Int>.Kind =
                switch words[1] {
                case ":invoke": .invoke
                case ":ok": .ok
                case ":fail": .fail
                default: .info
                }
            history.append(HistoryEvent(process: id, kind: kind, key: 0, action: action))
            if kind == .info { identity[process] = id + 1000 }
        }
        return history
    }
}
