import Serializability

/// Histories of transactions as text, in the lines of `HistoryText`. What is read and written stands there as in
/// Jepsen's histories: `[[:r 5 [1 2]] [:append 5 3]]`, or `[[:r 5 1] [:w 5 3]]`.
extension HistoryText {
    typealias TransactionEvent = TransactionHistory.Event

    static func line(
        _ event: TransactionEvent, isOfLists: Bool, seconds: String, error: ErrorReason?
    ) -> String {
        let words = event.operations.map { operation in
            let value =
                operation.written?.description
                ?? text(operation.seen ?? [], isKnown: operation.seen != nil, isList: isOfLists)
            return "[:\(operation.name) \(operation.key) \(value)]"
        }
        let end = error.map { "\t\(oneLine($0.description))" } ?? ""
        return
            "\(seconds)\t\(event.process)\t\(name(event.kind))\t:txn\t[\(words.joined(separator: " "))]\(end)"
    }

    private static func text(_ values: [Datum], isKnown: Bool, isList: Bool) -> String {
        guard isKnown, !values.isEmpty else { return "nil" }
        let words = values.map(\.description).joined(separator: " ")
        return isList || values.count > 1 ? "[\(words)]" : words
    }

    /// Whether a history is one of transactions.
    static func holdsTransactions(_ text: String) -> Bool {
        let first = text.split(separator: "\n").lazy.compactMap(columns).first
        return first.map { $0.count > 2 && $0[2] == ":txn" } ?? false
    }

    /// Parses a history of this bench or of Maelstrom. Lines of the nemesis are skipped.
    /// - Throws: `UsageError` that names the line.
    static func parseTransactions(_ text: String) throws -> TransactionHistory {
        var history = TransactionHistory()
        try read(text, "a history of transactions") { columns in
            transactionEvent(columns).map { history.append($0) }
        }
        return history
    }

    private static func transactionEvent(_ columns: [Substring]) -> TransactionEvent? {
        guard columns.count >= 4, columns[2] == ":txn", let process = Int(columns[0]),
            let kind = [TransactionEvent.Kind.invoke, .ok, .fail, .info].first(where: {
                name($0) == columns[1]
            }),
            case .list(let items)? = Form(columns[3])
        else { return nil }
        var operations: [MicroOperation] = []
        for item in items {
            guard case .list(let parts) = item, parts.count == 3, case .word(let name) = parts[0],
                case .word(let key) = parts[1], let key = Int(key)
            else { return nil }
            switch (name, parts[2]) {
            case (":r", .word("nil")):
                // Of a key without a value where the read was answered.
                operations.append(.read(key: key, values: kind == .ok ? [] : nil))
            case (":r", .list(let values)): operations.append(.read(key: key, values: values.map(\.datum)))
            case (":r", .word): operations.append(.read(key: key, values: [parts[2].datum]))
            case (":w", _): operations.append(.write(key: key, value: parts[2].datum))
            case (":append", _): operations.append(.append(key: key, value: parts[2].datum))
            default: return nil
            }
        }
        return TransactionEvent(process: process, kind: kind, operations: operations)
    }

    private static func name(_ kind: TransactionEvent.Kind) -> String {
        switch kind {
        case .invoke: ":invoke"
        case .ok: ":ok"
        case .fail: ":fail"
        case .info: ":info"
        }
    }
}

/// A word, or forms in brackets.
private enum Form {
    case word(Substring)
    case list([Form])

    /// Nil where brackets or quotes are not closed, or something follows.
    init?(_ text: Substring) {
        var rest = text.utf8
        guard let form = Form(next: &rest), Form.skipped(rest).isEmpty else { return nil }
        self = form
    }

    private init?(next rest: inout Substring.UTF8View) {
        rest = Form.skipped(rest)
        guard rest.first == UInt8(ascii: "[") else {
            guard let end = Form.end(of: rest), end > rest.startIndex else { return nil }
            self = .word(Substring(rest[..<end]))
            rest = rest[end...]
            return
        }
        rest.removeFirst()
        var forms: [Form] = []
        while true {
            rest = Form.skipped(rest)
            if rest.first == UInt8(ascii: "]") { break }
            guard let form = Form(next: &rest) else { return nil }
            forms.append(form)
        }
        rest.removeFirst()
        self = .list(forms)
    }

    private static func skipped(_ text: Substring.UTF8View) -> Substring.UTF8View {
        text.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ",") }
    }

    /// The end of a word: a text in quotes, an object, or up to a space or bracket.
    private static func end(of text: Substring.UTF8View) -> Substring.Index? {
        var (depth, isQuoted, isEscaped) = (0, false, false)
        for (index, byte) in zip(text.indices, text) {
            if isEscaped {
                isEscaped = false
            } else if isQuoted {
                if byte == UInt8(ascii: "\\") { isEscaped = true }
                if byte == UInt8(ascii: "\"") { isQuoted = false }
            } else {
                switch byte {
                case UInt8(ascii: "\""): isQuoted = true
                case UInt8(ascii: "{"): depth += 1
                case UInt8(ascii: "}"): depth -= 1
                case UInt8(ascii: " "), UInt8(ascii: ","), UInt8(ascii: "]"):
                    if depth == 0 { return index }
                default: break
                }
            }
        }
        return isQuoted || depth > 0 ? nil : text.endIndex
    }

    var datum: Datum {
        switch self {
        case .word(let text): Int(text).map(Datum.integer) ?? .other(String(text))
        case .list(let forms): .other("[\(forms.map(\.datum.description).joined(separator: " "))]")
        }
    }
}
