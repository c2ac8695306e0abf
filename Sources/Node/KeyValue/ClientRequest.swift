import Consensus

/// What a client asks, and who.
package struct ClientRequest: Hashable, Sendable {
    package enum Subject: Hashable, Sendable {
        case query(Query)
        case update(Update)
        /// Makes these the voters.
        case changeMembership([NodeID])
        /// Makes this voter the leader.
        case transferLeadership(to: NodeID)

        package static func transaction(_ transaction: Transaction) -> Subject {
            transaction.isReadOnly ? .query(.transaction(transaction)) : .update(.transaction(transaction))
        }
    }

    package var client: String
    /// Its `msg_id`; without one it is carried out, and answered without `in_reply_to`.
    package var messageID: Int?
    package var subject: Subject

    package init(client: String, messageID: Int?, _ subject: Subject) {
        self.client = client
        self.messageID = messageID
        self.subject = subject
    }
}

/// What a client asks that only reads, and so needs no entry in the log.
package enum Query: Hashable, Sendable {
    case read(key: JSONValue)
    case transaction(Transaction)
}

/// What a client asks that changes the store, and so goes through the log.
package enum Update: Hashable, Sendable {
    case write(key: JSONValue, value: JSONValue)
    case cas(key: JSONValue, from: JSONValue, to: JSONValue, createIfNotExists: Bool)
    case transaction(Transaction)
}

// MARK: - In the log

extension Update {
    /// Its word in the log, and the values behind it.
    package var logged: (word: String, values: [JSONValue]) {
        switch self {
        case .write(let key, let value): ("write", [key, value])
        case .cas(let key, let from, let to, createIfNotExists: false): ("cas", [key, from, to])
        case .cas(let key, let from, let to, createIfNotExists: true): ("cas-or-create", [key, from, to])
        case .transaction(let transaction): ("txn", transaction.values)
        }
    }

    /// From what `logged` says; nil where that is no update.
    init?(_ word: String, _ values: [JSONValue]) {
        switch (word, values.count) {
        case ("write", 2): self = .write(key: values[0], value: values[1])
        case ("cas", 3), ("cas-or-create", 3):
            self = .cas(
                key: values[0], from: values[1], to: values[2], createIfNotExists: word == "cas-or-create")
        case ("txn", _):
            guard let transaction = Transaction(values: values), !transaction.isReadOnly else { return nil }
            self = .transaction(transaction)
        default: return nil
        }
    }

    /// What the log says of it behind client and number.
    package var words: String {
        let (word, values) = logged
        return ([word] + values.map(\.text)).joined(separator: " ")
    }
}

extension Query {
    /// For people who follow a trace.
    package var words: String {
        switch self {
        case .read(let key): "read \(key)"
        case .transaction(let transaction): "txn \(transaction.json())"
        }
    }
}

// MARK: - As they are answered

extension Query {
    /// How its client is told of what the store holds.
    func reply(from store: Store) -> ClientReply.Body {
        switch self {
        case .read(let key): store[key].map { .readOK($0) } ?? .noSuchKey(key)
        case .transaction(let transaction): transaction.reply(reading: store)
        }
    }
}

extension Update {
    /// How its client is told of an outcome, also of one that was remembered.
    func reply(to outcome: OperationResult) -> ClientReply.Body {
        switch (outcome, self) {
        case (.written, .write): .writeOK
        case (.swapped, .cas): .casOK
        case (.noSuchKey, .cas(let key, _, _, _)): .noSuchKey(key)
        case (.differs, .cas(let key, let from, _, _)):
            .error(.preconditionFailed, "the current value of \(key) is not \(from)")
        case (.transacted(let reads), .transaction(let transaction)): transaction.reply(havingRead: reads)
        case (.noList(let position), .transaction(let transaction)): transaction.reply(noListAt: position)
        default: .usedForAnother
        }
    }
}
