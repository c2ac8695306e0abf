import Linearizability

/// Draws a history with one line per process; time goes from left to right:
///
///     a  w1----      r2
///     b     w2?  c2>3
///
/// `w1` writes 1, `r1` reads 1, `r-` reads "no value", `c2>3` sets 3 if the value is 2. An operation lasts to the
/// end of its dashes. `?` marks an unknown outcome, `!` a failure.
func history(_ lines: String...) -> History<String, Int> {
    struct Mark {
        var column: Int
        var event: HistoryEvent<String, Int>
    }
    var marks: [Mark] = []
    for (process, line) in lines.enumerated() {
        var process = process
        var column = 0
        for word in line.split(separator: " ", omittingEmptySubsequences: false) {
            defer { column += word.count + 1 }
            guard !word.isEmpty else { continue }
            let text = word.filter { $0 != "-" }
            let kind: HistoryEvent<String, Int>.Kind =
                text.hasSuffix("?") ? .info : text.hasSuffix("!") ? .fail : .ok
            let numbers = text.split { !$0.isNumber }.compactMap { Int($0) }
            let action: Action<Int> =
                switch text.first {
                case "w": .write(numbers[0])
                case "c": .compareAndSet(from: numbers[0], to: numbers[1])
                default: .read(numbers.first)
                }
            let invoke: Action<Int> = if case .read = action { .read(nil) } else { action }
            marks.append(
                Mark(
                    column: column,
                    event: HistoryEvent(process: process, kind: .invoke, key: "x", action: invoke)))
            marks.append(
                Mark(
                    column: column + word.count - 1,
                    event: HistoryEvent(process: process, kind: kind, key: "x", action: action)))
            if kind == .info { process += 100 }
        }
    }
    var result = History<String, Int>()
    for mark in marks.sorted(by: { $0.column < $1.column }) { result.append(mark.event) }
    return result
}

/// The verdict on a history of one key.
func verdict(_ history: History<String, Int>) throws -> Verdict<Int> {
    try Checker().check(history).first?.verdict ?? .linearizable
}
