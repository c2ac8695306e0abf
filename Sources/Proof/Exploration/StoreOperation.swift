import Consensus
import KeyValue

/// What a client asks of the two keys that there are.
package enum StoreOperation: Hashable, Sendable {
    package enum Key: String, Hashable, Sendable, CaseIterable {
        case x, y

        var json: JSONValue { JSONValue(canonical: "\"\(rawValue)\"") }
    }

    /// A micro-operation.
    package enum Part: Hashable, Sendable {
        case read(Key)
        case write(Key, Int)
        case append(Key, Int)
    }

    /// These three are of `x`.
    case read
    case write(Int)
    case cas(from: Int, to: Int)
    case transaction([Part])
    /// These members shall be the voters.
    case change(voters: [Int])

    var isReadOnly: Bool {
        switch self {
        case .read: true
        case .write, .cas, .change: false
        case .transaction(let parts): parts.allSatisfy { if case .read = $0 { true } else { false } }
        }
    }

    // MARK: - As it is asked for

    /// Each operation, numbered from 1, is the only one of its client.
    func request(_ number: Int) -> ClientRequest {
        if case .change(let voters) = self {
            return ClientRequest(
                client: "c\(number)", messageID: number, .changeMembership(voters.map { "n\($0)" }))
        }
        return ClientRequest(client: "c\(number)", messageID: number, operation)
    }

    private var operation: ClientOperation {
        let key = Key.x.json
        return switch self {
        case .read: .query(.read(key: key))
        case .write(let value): .update(.write(key: key, value: Self.json(value)))
        case .cas(let from, let to):
            .update(.cas(key: key, from: Self.json(from), to: Self.json(to), createIfNotExists: false))
        case .transaction(let parts):
            isReadOnly
                ? .query(.transaction(Self.transaction(parts)))
                : .update(.transaction(Self.transaction(parts)))
        case .change: preconditionFailure("a change is no operation of the store")
        }
    }

    private static func json(_ number: Int) -> JSONValue { JSONValue(canonical: String(number)) }

    private static func transaction(_ parts: [Part]) -> Transaction {
        Transaction(
            parts.map { part in
                switch part {
                case .read(let key): .read(key: key.json)
                case .write(let key, let value): .write(key: key.json, value: json(value))
                case .append(let key, let element): .append(key: key.json, element: json(element))
                }
            })
    }

    /// The number of the operation that an entry lets happen; nil where it is none of a client, or says that a change
    /// is not made.
    static func number(of entry: Entry) -> Int? {
        switch entry.payload {
        case .noOp: nil
        case .command(let command): command.text.contains(" refuse-change ") ? nil : number(of: command)
        case .membership(let membership):
            RequestID(words: membership.change).flatMap { Int($0.client.dropFirst()) }
        }
    }

    static func number(of proposal: Proposal) -> Int? { Int(proposal.id.client.dropFirst()) }

    /// The number of the operation that a command is of: its text begins with the client.
    static func number(of command: Command) -> Int? {
        Int(command.text.dropFirst().prefix { $0 != " " })
    }

    var words: String {
        switch self {
        case .read: "read"
        case .write(let value): "write \(value)"
        case .cas(let from, let to): "set \(from) to \(to)"
        case .transaction(let parts): "do together: " + parts.map(\.words).joined(separator: ", ")
        case .change(let voters): "make \(voters.map { "n\($0)" }.joined(separator: " ")) the voters"
        }
    }

    // MARK: - What it does

    /// What it finds and leaves, by this model.
    func take(_ contents: inout Contents) -> ClientHistory.Answer {
        switch self {
        case .read:
            return contents[.x].map { .value($0.text) } ?? .noSuchKey
        case .write(let value):
            contents[.x] = .number(value)
            return .done
        case .cas(let from, let to):
            guard let current = contents[.x] else { return .noSuchKey }
            guard current == .number(from) else { return .differs }
            contents[.x] = .number(to)
            return .done
        case .transaction(let parts): return contents.take(parts)
        case .change: return .done
        }
    }
}

extension StoreOperation.Part {
    fileprivate var words: String {
        switch self {
        case .read(let key): "read \(key)"
        case .write(let key, let value): "write \(value) to \(key)"
        case .append(let key, let element): "append \(element) to \(key)"
        }
    }
}

/// What the keys hold, as the checks have it.
struct Contents: Hashable {
    enum Content: Hashable {
        case number(Int)
        case list([Int])

        var text: String {
            switch self {
            case .number(let number): String(number)
            case .list(let elements): "[" + elements.map(String.init).joined(separator: ",") + "]"
            }
        }
    }

    private var contents: [StoreOperation.Key: Content] = [:]

    subscript(key: StoreOperation.Key) -> Content? {
        get { contents[key] }
        set { contents[key] = newValue }
    }

    init() {}

    /// What there is once all of `entries` are applied, each request once.
    init(after entries: [Entry], _ operations: [StoreOperation]) {
        var isDone: Set<RequestID> = []
        for entry in entries {
            guard case .command(let command) = entry.payload, isDone.insert(command.id).inserted,
                let number = StoreOperation.number(of: command)
            else { continue }
            _ = operations[number - 1].take(&self)
        }
    }

    /// All of a transaction or, where an append meets what is no list, nothing.
    mutating func take(_ parts: [StoreOperation.Part]) -> ClientHistory.Answer {
        var after = self
        var done: [String] = []
        for part in parts {
            switch part {
            case .read(let key): done.append("[\"r\",\(key.json),\(after[key]?.text ?? "null")]")
            case .write(let key, let value):
                after[key] = .number(value)
                done.append("[\"w\",\(key.json),\(value)]")
            case .append(let key, let element):
                switch after[key] {
                case .number: return .differs
                case .list(let elements): after[key] = .list(elements + [element])
                case nil: after[key] = .list([element])
                }
                done.append("[\"append\",\(key.json),\(element)]")
            }
        }
        self = after
        return .value("[" + done.joined(separator: ",") + "]")
    }
}
