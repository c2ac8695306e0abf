import Exploration
import Foundation
import StoryPage
import Synchronization

/// Explores scopes one after another, and tells the shortest story of what breaks.
@main
enum Program {
    static func main() {
        do {
            let options = try Options(Array(CommandLine.arguments.dropFirst()))
            if options.isHelp { return print(Options.usage) }
            if options.isList {
                for scope in Scope.all { print(column(scope.name, 14) + scope.about) }
                return
            }
            exit(run(options) ? 0 : 1)
        } catch let mistake as Options.Mistake {
            FileHandle.standardError.write(Data("explore: \(mistake.text)\n".utf8))
            exit(64)
        } catch {
            FileHandle.standardError.write(Data("explore: \(error)\n".utf8))
            exit(70)
        }
    }

    /// - Returns: whether nothing is broken.
    private static func run(_ options: Options) -> Bool {
        say(
            column("scope", 14) + right("states", 12) + right("transitions", 14) + right("turns", 10)
                + right("depth", 7) + right("seconds", 9))
        let progress = Mutex((next: 0, isClean: true))
        DispatchQueue.concurrentPerform(iterations: min(options.jobs, options.scopes.count)) { _ in
            func take() -> Scope? {
                progress.withLock { progress in
                    guard progress.next < options.scopes.count, progress.isClean || !options.endsEarly else {
                        return nil
                    }
                    progress.next += 1
                    return options.scopes[progress.next - 1]
                }
            }
            while let scope = take() {
                let isClean = explore(scope, options) {
                    progress.withLock { $0.isClean || !options.endsEarly }
                }
                if !isClean { progress.withLock { $0.isClean = false } }
            }
        }
        return progress.withLock { $0.isClean }
    }

    /// - Parameter goesOn: whether another scope has not ended all.
    /// - Returns: whether nothing is broken.
    private static func explore(_ scope: Scope, _ options: Options, _ goesOn: () -> Bool) -> Bool {
        let began = Date()
        let result = Search(scope).run { _ in
            Date().timeIntervalSince(began) < options.minutes * 60 && goesOn()
        }
        let ending =
            result.isExhausted ? "  every state" : result.violation == nil ? "  out of time" : "  broken"
        let line =
            column(scope.name, 14) + right(String(result.states), 12) + right(String(result.transitions), 14)
            + right(String(result.turns), 10) + right(String(result.depth), 7)
            + right(String(Int(Date().timeIntervalSince(began).rounded())), 9) + ending
        guard let found = result.violation else {
            say(line)
            return true
        }
        let again = Date()
        let (violation, isCertain) = Search.fewest(found, in: scope) { _ in
            Date().timeIntervalSince(again) < options.minutes * 60
        }
        let count = "\(violation.actions.count) steps break \(violation.breach.property.rawValue)"
        let story = Story(scope, violation.actions, endsWith: violation.breach)
        say("\(line)\n\n\(count)\(isCertain ? "" : ", and fewer may"):\n\n\(story.text)\n")
        if let path = options.page { write(story.page, to: path) }
        return false
    }

    private static func write(_ page: StoryPage, to path: String) {
        do {
            try Data(page.html(Array(try JSONEncoder().encode(page)))).write(to: URL(fileURLWithPath: path))
        } catch {
            FileHandle.standardError.write(Data("explore: \(path) cannot be written: \(error)\n".utf8))
        }
    }

    /// A line at once, also into a pipe.
    private static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }

    private static func column(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
