import Foundation
import Serializability

/// `mini-maelstrom analyze`: checks a stored history again, of this bench or of Maelstrom.
struct Analysis {
    private let path: String
    private let models: [ConsistencyModel]

    /// - Parameters:
    ///   - place: a folder with a `history.txt`, the name of a folder in the store, or a history itself.
    ///   - models: what transactions are checked for.
    /// - Throws: `UsageError`.
    init(_ place: String, _ models: [ConsistencyModel]) throws {
        self.models = models
        let candidates = [
            place, "\(place)/history.txt", "\(Store.base)/\(place)/history.txt",
        ]
        guard let found = candidates.first(where: FileManager.default.isFile) else {
            throw UsageError(
                "analyze \(place): expected a folder with a history.txt, such as \(Store.base)/latest")
        }
        path = found
    }

    /// - Returns: the exit code.
    /// - Throws: `UsageError` where the file holds no history.
    func run() throws -> Int32 {
        guard var text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw UsageError("\(path): expected a history that can be read, in UTF-8")
        }
        // Lines may end as on Windows. CR LF is one character in Swift, and no newline.
        if text.utf8.contains(UInt8(ascii: "\r")) {
            text = text.replacingOccurrences(of: "\r\n", with: "\n")
        }
        let history: Evidence
        let events: Int
        let keys: Int
        do {
            if HistoryText.holdsTransactions(text) {
                let found = try HistoryText.parseTransactions(text)
                history = .transactions(found, models)
                events = found.events.count
                keys = Set(found.events.lazy.flatMap(\.operations).map(\.key)).count
            } else {
                let found = try HistoryText.parse(text)
                history = .registers(found)
                events = found.events.count
                keys = Set(found.events.map(\.key)).count
            }
        } catch let error as UsageError {
            throw UsageError("\(path): \(error)")
        }
        let judgement = Judgement(history, places: HistoryText.places(text))
        Console.say("\(path): \(Text.grouped(events)) events of \(Text.grouped(keys)) keys\n")
        judgement.say()
        if !judgement.reasons.isEmpty { Console.say("") }
        Console.say(judgement.verdict.line)
        return judgement.verdict.exitCode
    }
}
