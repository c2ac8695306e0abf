import Consensus

/// What a client asks of the store.
package enum ClientOperation: Hashable, Sendable {
    case query(Query)
    case update(Update)

    /// The raw value is the `type` of the request; its reply's is `TYPE_ok`.
    package enum Kind: String, CaseIterable, Sendable {
        case read, write, cas, txn
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

// MARK: - As they are read

extension ClientOperation {
    /// Reads its values, in the order of `fields`.
    package init<Source: OperationSource>(
        _ kind: Kind, from source: inout Source
    ) throws(Source.Failure) {
        switch kind {
        case .read: self = .query(.read(key: try source.value("key")))
        case .write: self = .update(.write(key: try source.value("key"), value: try source.value("value")))
        case .cas:
            self = .update(
                .cas(
                    key: try source.value("key"), from: try source.value("from"), to: try source.value("to"),
                    createIfNotExists: try source.flag("create_if_not_exists")))
        case .txn:
            let transaction = try source.transaction("txn")
            self =
                transaction.isReadOnly
                ? .query(.transaction(transaction)) : .update(.transaction(transaction))
        }
    }
}

// MARK: - As they are written

extension Query {
    /// For people who follow a trace.
    package var words: String {
        switch self {
        case .read(let key): "read \(key)"
        case .transaction(let transaction): "txn \(transaction.json())"
        }
    }
}

extension Update {
    /// The words of updates in the log: each stands before the values of `logged`, and where an update has a flag, for
    /// one of its two states.
    static let words: [(word: String, kind: ClientOperation.Kind, flag: Bool)] = [
        ("write", .write, false), ("cas", .cas, false), ("cas-or-create", .cas, true), ("txn", .txn, false),
    ]

    package var kind: ClientOperation.Kind {
        switch self {
        case .write: .write
        case .cas: .cas
        case .transaction: .txn
        }
    }

    /// What its request says.
    package var fields: OperationFields {
        switch self {
        case .write(let key, let value): OperationFields([("key", key), ("value", value)])
        case .cas(let key, let from, let to, let create):
            OperationFields(
                [("key", key), ("from", from), ("to", to)], flag: ("create_if_not_exists", create))
        case .transaction(let transaction): OperationFields([("txn", transaction.json())])
        }
    }

    /// Its flag, and its values as words of the log.
    package var logged: (flag: Bool, values: [JSONValue]) {
        if case .transaction(let transaction) = self { return (false, transaction.values) }
        let fields = fields
        return (fields.flag?.isSet ?? false, fields.values.map(\.value))
    }
}

// MARK: - As they are answered

extension Query {
    /// How its client is told of what the store holds.
    func reply(from store: Store) -> ClientReply.Body {
        switch self {
        case .read(let key):
            store[key].map { .done(.read, [OperationField("value", $0)]) } ?? .noSuchKey(key)
        case .transaction(let transaction): transaction.reply(reading: store)
        }
    }
}

extension Update {
    /// How its client is told of an outcome, also of one that was remembered.
    func reply(to outcome: OperationResult) -> ClientReply.Body {
        switch (outcome, self) {
        case (.written, .write): .done(.write, [])
        case (.swapped, .cas): .done(.cas, [])
        case (.noSuchKey, .cas(let key, _, _, _)): .noSuchKey(key)
        case (.differs, .cas(let key, let from, _, _)):
            .error(.preconditionFailed, "the current value of \(key) is not \(from)")
        case (.transacted(let reads), .transaction(let transaction)): transaction.reply(havingRead: reads)
        case (.noList(let position), .transaction(let transaction)): transaction.reply(noListAt: position)
        default: .usedForAnother
        }
    }
}
