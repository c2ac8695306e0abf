import Foundation

/// `mini-maelstrom analyze`: checks a stored history again, of this bench or of Maelstrom.
struct Analysis {
    private let path: String

    /// - Parameter place: a folder with a `history.txt`, the name of a folder in the store, or a history itself.
    /// - Throws: `UsageError`.
    init(_ place: String) throws {
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
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw UsageError("\(path): expected a history that can be read, in UTF-8")
        }
        let history: RunHistory
        do {
            history = try HistoryText.parse(text)
        } catch let error as UsageError {
            throw UsageError("\(path): \(error)")
        }
        let judgement = Judgement(history)
        let keys = Set(history.events.map(\.key)).count
        Console.say("\(path): \(Text.grouped(history.events.count)) events of \(Text.grouped(keys)) keys\n")
        judgement.say()
        if !judgement.reasons.isEmpty { Console.say("") }
        Console.say(judgement.verdict.line)
        return judgement.verdict.exitCode
    }
}
