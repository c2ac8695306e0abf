import Raft

/// What a client asks of the store.
package enum Operation: Hashable, Sendable {
    case read(key: JSONValue)
    case write(key: JSONValue, value: JSONValue)
    case cas(key: JSONValue, from: JSONValue, to: JSONValue, createIfNotExists: Bool)
    /// Makes these the voters. On its way only: the log holds memberships instead.
    case changeMembership([NodeID])
    /// What a leader puts into the log in place of a change that cannot be made, so that no later copy of the
    /// request is carried out after all.
    case refuseChange(ChangeRefusal)
}

extension Operation {
    /// Whether entries hold it for the store; a hand-typed one might hold what none does.
    var isApplied: Bool {
        switch self {
        case .write, .cas, .refuseChange: true
        case .read, .changeMembership: false
        }
    }
}

/// Why a change of membership is not made.
package enum ChangeRefusal: String, Hashable, Sendable {
    /// Another is under way.
    case busy
    /// A new voter does not catch up.
    case behind
}

/// What makes two copies of a request the same request.
package struct RequestID: Hashable, Sendable {
    /// The `src` that asked.
    package var client: String
    /// Its `msg_id`, or where it gave none, a number that `numberedBy` drew.
    package var number: Int
    /// The member that was asked, where the client gave no `msg_id`.
    package var numberedBy: NodeID?

    package init(client: String, number: Int, numberedBy: NodeID? = nil) {
        self.client = client
        self.number = number
        self.numberedBy = numberedBy
    }

    /// `String`'s own `==` would take the clients é and e + ´ for one, and drop the second's requests.
    package static func == (left: RequestID, right: RequestID) -> Bool {
        left.number == right.number && left.client.utf8.elementsEqual(right.client.utf8)
            && left.numberedBy == right.numberedBy
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(number)
        hasher.combine(client)
    }
}

extension RequestID {
    /// Two words: the client, and the number, behind the member that drew it where one did.
    var words: String {
        let client = Word.escape(client) + " "
        guard let numberedBy else { return client + String(number) }
        return client + Word.escape(numberedBy) + "/" + String(number)
    }

    /// Nil where the words are not as `words` writes them.
    package init?(words: String) {
        let parts = Word.split(words)
        guard parts.count == 2 else { return nil }
        self.init(client: parts[0], number: parts[1])
    }

    /// Nil where the words are not as `words` writes them.
    init?(client: String, number: String) {
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
/// or `CLIENT NUMBER change-membership ID,ID` or `CLIENT NUMBER refuse-change REASON`.
///
/// Client and member ids are escaped like parts of a URL, keys and values are canonical JSON.
package struct Request: Hashable, Sendable {
    package var id: RequestID
    package var operation: Operation

    package init(id: RequestID, operation: Operation) {
        self.id = id
        self.operation = operation
    }

    package var command: Command {
        let head = id.words
        return switch operation {
        case .read(let key): Command("\(head) read \(key)")
        case .write(let key, let value): Command(head + " write " + key.text + " " + value.text)
        case .cas(let key, let from, let to, let create):
            Command(
                head + (create ? " cas-or-create " : " cas ") + key.text + " " + from.text + " " + to.text)
        case .changeMembership(let members):
            Command("\(head) change-membership \(Membership(voters: members).words)")
        case .refuseChange(let reason): Command("\(head) refuse-change \(reason.rawValue)")
        }
    }

    /// Reads a command's line; nil where it is none. Keys and values are taken as they stand.
    package init?(_ command: Command) {
        let words = Word.split(command.text)
        guard words.count >= 3, let id = RequestID(client: words[0], number: words[1]) else { return nil }
        self.id = id
        let values = words[3...].map { JSONValue(canonical: $0) }
        switch (words[2], values.count) {
        case ("write", 2): operation = .write(key: values[0], value: values[1])
        case ("cas", 3), ("cas-or-create", 3):
            operation = .cas(
                key: values[0], from: values[1], to: values[2], createIfNotExists: words[2] != "cas")
        case ("change-membership", 1):
            guard let membership = Membership(words: words[3][...]), !membership.isJoint else { return nil }
            operation = .changeMembership(membership.incoming)
        case ("refuse-change", 1):
            guard let reason = ChangeRefusal(rawValue: words[3]) else { return nil }
            operation = .refuseChange(reason)
        default: return nil
        }
    }
}
