import Consensus

/// What a client asks of the store.
package enum Operation: Hashable, Sendable {
    case read(key: JSONValue)
    case write(key: JSONValue, value: JSONValue)
    case cas(key: JSONValue, from: JSONValue, to: JSONValue, createIfNotExists: Bool)
    /// Makes these the voters. Never in the log, which holds memberships instead.
    case changeMembership([NodeID])
    /// Logged by a leader in place of a change that cannot be made, so that no later copy of the request is carried out
    /// after all.
    case refuseChange(ChangeRefusal)
}

extension Operation {
    /// Whether it is applied to the store. An entry typed by hand may hold what no leader logs.
    var isApplied: Bool {
        switch self {
        case .write, .cas, .refuseChange: true
        case .read, .changeMembership: false
        }
    }

    /// The words of its line in the log, after client and number.
    fileprivate var words: [String] {
        switch self {
        case .read(let key): ["read", key.text]
        case .write(let key, let value): ["write", key.text, value.text]
        case .cas(let key, let from, let to, let create):
            [create ? "cas-or-create" : "cas", key.text, from.text, to.text]
        case .changeMembership(let members): ["change-membership", Membership(voters: members).words]
        case .refuseChange(let reason): ["refuse-change", reason.rawValue]
        }
    }
}

/// Why a change of membership is not made.
package enum ChangeRefusal: String, Hashable, Sendable {
    /// Another change is under way.
    case busy
    /// A new voter does not catch up.
    case behind
}

/// The identity of a request: two messages with the same are copies of one request.
package struct RequestID: Hashable, Sendable {
    /// The `src` that asked.
    package var client: String
    /// Its `msg_id`, or without one a number that `numberedBy` drew.
    package var number: Int
    /// The member that was asked, if the client gave no `msg_id`.
    package var numberedBy: NodeID?
    /// The digest of the content: people who type use one `msg_id` for everything, and other content is another
    /// request.
    package var digest: UInt64

    /// - Parameter digest: that of the operation; a `LoggedRequest` sees to it itself.
    package init(client: String, number: Int, numberedBy: NodeID? = nil, digest: UInt64 = 0) {
        self.client = client
        self.number = number
        self.numberedBy = numberedBy
        self.digest = digest
    }

    /// Were the clients é and e + ´ taken for one, the second's requests would be dropped.
    package static func == (left: RequestID, right: RequestID) -> Bool {
        left.number == right.number && left.digest == right.digest
            && left.client.isSame(as: right.client)
            && left.numberedBy == right.numberedBy
            && (left.numberedBy ?? "").isSame(as: right.numberedBy ?? "")
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(number)
        hasher.combine(digest)
        var client = client
        client.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

extension RequestID {
    /// Three words: those of `head`, and the digest of what is asked, in hexadecimal digits.
    package var words: String { head + " " + String(digest, radix: 16) }

    /// Two words: the client, and the number, behind the member that drew it where one did.
    fileprivate var head: String {
        let client = Word.escape(client) + " "
        guard let numberedBy else { return client + String(number) }
        return client + Word.escape(numberedBy) + "/" + String(number)
    }

    /// Nil where the words are not as `words` writes them.
    package init?(words: String) {
        let parts = Word.split(words)
        guard parts.count == 3 else { return nil }
        self.init(client: parts[0], number: parts[1], digest: parts[2])
    }

    /// Nil where the words are not as `words` writes them.
    init?(client: String, number: String, digest: String) {
        guard let digest = UInt64(digest, radix: 16), let id = RequestID(client: client, number: number)
        else { return nil }
        self = id
        self.digest = digest
    }

    /// The same as `LoggedRequest(command)` finds, without a look at the values. What it says of a command that is no
    /// request is of no use.
    init?(of command: Command) {
        let bytes = command.text.utf8
        let space = UInt8(ascii: " ")
        guard let first = bytes.firstIndex(of: space) else { return nil }
        let second = bytes[bytes.index(after: first)...].firstIndex(of: space)
        guard let second else { return nil }
        let number = command.text[bytes.index(after: first)..<second]
        self.init(client: String(command.text[..<first]), number: String(number))
        let rest = command.text[bytes.index(after: second)...]
        if rest.hasPrefix("refuse-change ") {
            guard let word = rest.split(separator: " ").last, let digest = UInt64(word, radix: 16) else {
                return nil
            }
            self.digest = digest
        } else {
            digest = Digest(of: rest).value
        }
    }

    /// Nil where the words are not as `head` writes them.
    fileprivate init?(client: String, number: String) {
        guard let client = Word.unescape(client) else { return nil }
        if let number = Int(number) {
            self.init(client: client, number: number)
            return
        }
        let parts = Word.split(number) { $0 == UInt8(ascii: "/") }
        guard parts.count == 2, let member = Word.unescape(parts[0]), let drawn = Int(parts[1]) else {
            return nil
        }
        self.init(client: client, number: drawn, numberedBy: member)
    }
}

/// A write or cas as it stands in the log, and as members pass it on: one line of words,
/// `CLIENT NUMBER write KEY VALUE` or `CLIENT NUMBER cas KEY FROM TO`, where `cas-or-create` creates the key;
/// or `CLIENT NUMBER change-membership ID,ID` or `CLIENT NUMBER refuse-change REASON DIGEST`, the digest being that
/// of the change.
///
/// Client and member ids are escaped like parts of a URL, keys and values are canonical JSON.
package struct LoggedRequest: Hashable, Sendable {
    package let id: RequestID
    package let operation: Operation
    /// Its line, which is written or read once.
    package let command: Command

    private init(
        _ id: RequestID, _ operation: Operation, _ command: Command, digested content: some StringProtocol
    ) {
        var id = id
        if case .refuseChange = operation {} else { id.digest = Digest(of: content).value }
        (self.id, self.operation, self.command) = (id, operation, command)
    }

    /// - Parameter id: its digest is that of `operation`, whatever it says, but for a refusal, where it is that of
    ///   what is refused.
    package init(id: RequestID, operation: Operation) {
        let content = operation.words.joined(separator: " ")
        var line = id.head + " " + content
        if case .refuseChange = operation { line += " " + String(id.digest, radix: 16) }
        self.init(id, operation, Command(line), digested: content)
    }

    /// Reads a command's line; nil where it is none. Keys and values are taken as they stand.
    package init?(_ command: Command) {
        let words = Word.split(command.text)
        guard words.count >= 3, var id = RequestID(client: words[0], number: words[1]) else { return nil }
        let values = words[3...].map { JSONValue(canonical: $0) }
        let operation: Operation
        switch (words[2], values.count) {
        case ("write", 2): operation = .write(key: values[0], value: values[1])
        case ("cas", 3), ("cas-or-create", 3):
            operation = .cas(
                key: values[0], from: values[1], to: values[2], createIfNotExists: words[2] != "cas")
        case ("change-membership", 1):
            guard let membership = Membership(words: words[3][...]), !membership.isJoint else { return nil }
            // Its voters may stand in another order.
            self.init(id: id, operation: .changeMembership(membership.incoming))
            return
        case ("refuse-change", 2):
            guard let reason = ChangeRefusal(rawValue: words[3]), let digest = UInt64(words[4], radix: 16)
            else { return nil }
            id.digest = digest
            operation = .refuseChange(reason)
        default: return nil
        }
        let content = command.text.utf8.dropFirst(words[0].utf8.count + words[1].utf8.count + 2)
        self.init(id, operation, command, digested: Substring(content))
    }
}
