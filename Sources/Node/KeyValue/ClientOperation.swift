import Consensus

/// What a client asks of the store.
package enum ClientOperation: Hashable, Sendable {
    case read(key: JSONValue)
    case update(Update)
}

/// What a client asks that changes the store, and so goes through the log.
package enum Update: Hashable, Sendable {
    case write(key: JSONValue, value: JSONValue)
    case cas(key: JSONValue, from: JSONValue, to: JSONValue, createIfNotExists: Bool)
}

// MARK: - As they are written

extension Update {
    /// The raw value is the `type` of the request.
    package enum Kind: String, CaseIterable, Sendable {
        case write, cas
    }

    /// The words of updates in the log: each stands before the values of `fields`, and where an update has a flag, for
    /// one of its two states.
    static let words: [(word: String, kind: Kind, flag: Bool)] = [
        ("write", .write, false), ("cas", .cas, false), ("cas-or-create", .cas, true),
    ]

    /// Reads its values, in the order of `fields`.
    package init<Source: OperationSource>(
        _ kind: Kind, from source: inout Source
    ) throws(Source.Failure) {
        switch kind {
        case .write: self = .write(key: try source.value("key"), value: try source.value("value"))
        case .cas:
            self = .cas(
                key: try source.value("key"), from: try source.value("from"), to: try source.value("to"),
                createIfNotExists: try source.flag("create_if_not_exists"))
        }
    }

    /// What its request says, and what the log holds of it.
    package var fields: OperationFields {
        switch self {
        case .write(let key, let value): OperationFields(.write, [("key", key), ("value", value)])
        case .cas(let key, let from, let to, let create):
            OperationFields(
                .cas, [("key", key), ("from", from), ("to", to)], flag: ("create_if_not_exists", create))
        }
    }

    /// How its client is told of an outcome, also of one that was remembered.
    func reply(to outcome: OperationResult) -> ClientReply.Body {
        switch (outcome, self) {
        case (.written, .write), (.swapped, .cas): .done(.update(fields.kind), [])
        case (.noSuchKey, .cas(let key, _, _, _)): .noSuchKey(key)
        case (.differs, .cas(let key, let from, _, _)):
            .error(.preconditionFailed, "the current value of \(key) is not \(from)")
        default: .usedForAnother
        }
    }
}

extension ClientOperation {
    package enum Kind: Hashable, Sendable {
        case read
        case update(Update.Kind)

        /// That of the request; its reply's is `TYPE_ok`.
        package var type: String {
            switch self {
            case .read: "read"
            case .update(let kind): kind.rawValue
            }
        }

        /// Nil where no operation has this `type`.
        package init?(type: String) {
            if type == "read" {
                self = .read
            } else if let kind = Update.Kind(rawValue: type) {
                self = .update(kind)
            } else {
                return nil
            }
        }
    }

    package init<Source: OperationSource>(
        _ kind: Kind, from source: inout Source
    ) throws(Source.Failure) {
        switch kind {
        case .read: self = .read(key: try source.value("key"))
        case .update(let kind): self = .update(try Update(kind, from: &source))
        }
    }

    /// How a client is told of what `key` holds.
    static func reply(reading key: JSONValue, _ value: JSONValue?) -> ClientReply.Body {
        value.map { .done(.read, [OperationField("value", $0)]) } ?? .noSuchKey(key)
    }
}
