import Consensus

/// What a command in the log asks of the store.
package enum LoggedOperation: Hashable, Sendable {
    case update(Update)
    /// Logged by a leader in place of a change that cannot be made, so that no later copy of the request is carried out
    /// after all.
    case refuseChange(ChangeRefusal)
}

/// Why a change of membership is not made.
package enum ChangeRefusal: String, Hashable, Sendable {
    /// Another change is under way.
    case busy
    /// A new voter does not catch up.
    case behind
}

// The text of a command is one line of words, `CLIENT NUMBER WORD KEY VALUE…`, where `Update.words` tells which WORD
// has which values; or `CLIENT NUMBER refuse-change REASON DIGEST`, the digest being that of the change. Client and
// member ids are escaped like parts of a URL, keys and values are canonical JSON.

extension LoggedOperation {
    fileprivate static let refuseChange = "refuse-change"

    /// What the text of a command says; nil where it is none of a request.
    package init?(_ command: Command) {
        if command.id == .none { return nil }
        var text = command.text
        let operation = text.withUTF8 { bytes in
            var words = Words(bytes[min(command.id.head.utf8.count + 1, bytes.count)...])
            return Self.read(&words)?.operation
        }
        guard let operation else { return nil }
        self = operation
    }

    /// Reads all that follows client and number; nil where that is no operation.
    /// - Returns: beside it, the digest of the request that it is about, where that is not its own.
    fileprivate static func read(_ words: inout Words) -> (operation: LoggedOperation, digest: UInt64?)? {
        guard let name = words.next() else { return nil }
        let word = String(decoding: name, as: UTF8.self)
        if let (_, kind, flag) = Update.words.first(where: { $0.word == word }) {
            var values = LoggedValues(words: words, flag: flag)
            // What only reads stands in no log.
            guard case .update(let update)? = try? ClientOperation(kind, from: &values),
                values.words.next() == nil
            else { return nil }
            return (.update(update), nil)
        }
        guard word == refuseChange, let first = words.next(), let second = words.next(), words.next() == nil,
            let reason = ChangeRefusal(rawValue: String(decoding: first, as: UTF8.self)),
            let digest = UInt64(String(decoding: second, as: UTF8.self), radix: 16)
        else { return nil }
        return (.refuseChange(reason), digest)
    }
}

/// The values behind a word.
private struct LoggedValues: OperationSource {
    /// There is no such word.
    struct Failure: Error {}

    var words: Words
    let flag: Bool

    mutating func value(_ name: String) throws(Failure) -> JSONValue {
        guard let word = words.next() else { throw Failure() }
        return JSONValue(canonical: String(decoding: word, as: UTF8.self))
    }

    func flag(_ name: String) -> Bool { flag }

    /// All words that are left, each three of them a micro-operation.
    mutating func transaction(_ name: String) throws(Failure) -> Transaction {
        var operations: [Transaction.MicroOperation] = []
        while let word = words.next() {
            let first = JSONValue(canonical: String(decoding: word, as: UTF8.self))
            guard let operation = Transaction.MicroOperation(first, try value(name), try value(name)) else {
                throw Failure()
            }
            operations.append(operation)
        }
        return Transaction(operations)
    }
}

extension Update {
    /// What the log says of it behind client and number.
    package var words: String {
        let (flag, values) = logged
        var words = Self.words.first { $0.kind == kind && $0.flag == flag }?.word ?? ""
        for value in values {
            words += " "
            words += value.text
        }
        return words
    }
}

extension Command {
    /// - Parameter id: its digest becomes that of `update`, whatever it says.
    package init(_ id: RequestID, _ update: Update) {
        self.init(id.head + " " + update.words, digestedBehind: id.head)
    }

    /// That the change of membership which request `id` asks for is not made.
    init(refusing id: RequestID, _ reason: ChangeRefusal) {
        let digest = String(id.digest, radix: 16)
        self.init("\(id.head) \(LoggedOperation.refuseChange) \(reason.rawValue) \(digest)", of: id)
    }

    private init(_ text: String, digestedBehind head: String) {
        var text = text
        let digest = text.withUTF8 { Digest.of($0[(head.utf8.count + 1)...]) }
        self.init(text, of: RequestID(head: head, digest: digest))
    }

    /// Reads a line; nil where it says nothing that may stand in the log. Keys and values are taken as they stand.
    package init?(line: String) {
        var text = line
        let read = text.withUTF8 { bytes -> (id: RequestID, rest: String?)? in
            var words = Words(bytes[...])
            guard let head = RequestID.head(&words) else { return nil }
            let content = words.rest
            guard let (_, digest) = LoggedOperation.read(&words) else { return nil }
            let id = RequestID(head: head.text, digest: digest ?? Digest.of(content))
            return (id, head.isPlain ? nil : String(decoding: content, as: UTF8.self))
        }
        guard let (id, rest) = read else { return nil }
        self.init(rest.map { "\(id.head) \($0)" } ?? text, of: id)
    }

    // MARK: - The values in its text

    /// Whether all of its keys and values are good.
    package func holdsOnly(_ isGood: (Slice<UnsafeBufferPointer<UInt8>>) -> Bool) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            guard var words = Self.values(in: bytes, behind: id.head) else { return true }
            while let value = words.next() { if !isGood(value) { return false } }
            return true
        }
    }

    /// Its keys and values, in their order.
    package var values: [JSONValue] {
        var text = text
        return text.withUTF8 { bytes in
            guard var words = Self.values(in: bytes, behind: id.head) else { return [] }
            return words.values()
        }
    }

    /// The same with others in place of `values`.
    package func with(_ values: [JSONValue]) -> Command {
        var text = text
        let start = text.withUTF8 { Self.values(in: $0, behind: id.head)?.position }
        guard let start, var new = String(text.utf8.prefix(start - 1)) else { return self }
        for value in values { new += " " + value.text }
        return Command(new, digestedBehind: id.head)
    }

    /// The words behind that of an update.
    private static func values(in text: UnsafeBufferPointer<UInt8>, behind head: String) -> Words? {
        var words = Words(text[min(head.utf8.count + 1, text.count)...])
        guard let word = words.next(), !word.elementsEqual(LoggedOperation.refuseChange.utf8) else {
            return nil
        }
        return words
    }
}
