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

// The text of a command is one line of words, `CLIENT NUMBER WORD KEY VALUE…`, where `Update.logged` tells which WORD
// has which values; or `CLIENT NUMBER refuse-change REASON DIGEST`, the digest being that of the change. Client and
// member ids are escaped like parts of a URL, keys and values are canonical JSON.

extension LoggedOperation {
    fileprivate static let refuseChange = "refuse-change"

    /// What the text of a command says; nil where it is none of a request.
    package init?(_ command: Command) {
        if command.id == .none { return nil }
        var words = command.content
        guard let operation = Self.read(&words)?.operation else { return nil }
        self = operation
    }

    /// Reads all that follows client and number; nil where that is no operation.
    /// - Returns: beside it, the digest of the request that it is about, where that is not its own.
    fileprivate static func read(_ words: inout Words) -> (operation: LoggedOperation, digest: UInt64?)? {
        guard let word = words.next() else { return nil }
        guard word == refuseChange else {
            return Update(word, words.values()).map { (.update($0), nil) }
        }
        guard let reason = words.next().flatMap({ ChangeRefusal(rawValue: String($0)) }),
            let digest = words.next().flatMap({ UInt64($0, radix: 16) }), words.next() == nil
        else { return nil }
        return (.refuseChange(reason), digest)
    }
}

extension Command {
    /// - Parameter id: its digest becomes that of `update`, whatever it says.
    package init(_ id: RequestID, _ update: Update) {
        self.init(id.head, update.words)
    }

    private init(_ head: String, _ content: String) {
        self.init("\(head) \(content)", of: RequestID(head: head, digest: Digest.of(content.utf8)))
    }

    /// That the change of membership which request `id` asks for is not made.
    init(refusing id: RequestID, _ reason: ChangeRefusal) {
        let digest = String(id.digest, radix: 16)
        self.init("\(id.head) \(LoggedOperation.refuseChange) \(reason.rawValue) \(digest)", of: id)
    }

    /// Reads a line; nil where it says nothing that may stand in the log. Keys and values are taken as they stand.
    package init?(line: String) {
        var words = Words(line)
        guard let head = RequestID.head(&words), let content = words.rest,
            let (_, digest) = LoggedOperation.read(&words)
        else { return nil }
        let id = RequestID(head: head, digest: digest ?? Digest.of(content.utf8))
        self.init("\(head) \(content)", of: id)
    }

    /// What stands behind client and number.
    fileprivate var content: Words { Words(Substring(text.utf8.dropFirst(id.head.utf8.count + 1))) }

    // MARK: - The values in its text

    /// Its keys and values, in their order.
    package var values: [JSONValue] {
        var words = content
        return words.next() == LoggedOperation.refuseChange[...] ? [] : words.values()
    }

    /// The same with others in place of `values`.
    package func with(_ values: [JSONValue]) -> Command {
        var words = content
        guard let word = words.next(), word != LoggedOperation.refuseChange else { return self }
        return Command(id.head, ([String(word)] + values.map(\.text)).joined(separator: " "))
    }
}
