import Consensus
import KeyValue

/// The operations of clients, their effects and their answers. Each operation writes a unique value: its number.
struct Ledger {
    enum Action: Hashable {
        case read
        case write
        case cas(from: JSONValue, create: Bool)
        case transaction([Part])
    }

    /// Who asks: a client, a demand or an outsider, by index, or the steady writer.
    enum Asker {
        case client(Int)
        case demand(Int)
        case outsider(Int)
        /// Writes at a constant rate; see `RecoveryCheck.catchUp`.
        case writer

        var name: String {
            switch self {
            case .client(let slot): "c\(slot)"
            case .demand(let slot): "d\(slot)"
            case .outsider(let slot): "u\(slot)"
            case .writer: "w"
            }
        }
    }

    /// The first committed entry of an operation.
    struct Effect {
        var index: Index
        var outcome: OperationResult
        var id: RequestID
    }

    enum Answer: Hashable {
        case value(JSONValue?)
        /// Of a transaction that only reads, one for each micro-operation.
        case values([JSONValue?])
        case result(OperationResult)
    }

    struct Asked {
        var asker: Asker
        /// That of a transaction's first micro-operation.
        var key: Int
        var action: Action
        /// Its `msg_id`: its own number, or that of an earlier operation of the same asker.
        var messageID: Int?
        /// Whether its asker sends it again.
        var isRepeated = false
        /// Its invocation and answer in the order of all invocations and answers.
        var invoked: Int
        var returned: Int?
        /// The last committed entry at invocation. A read must not return what was there before it.
        var floor: Index
        var copies = Copies()
        var effect: Effect?
        var answer: Answer?

        var keys: [Int] {
            guard case .transaction(let parts) = action else { return [key] }
            return Set(parts.map(\.key)).sorted()
        }
    }

    /// How many bytes every fifth value has beside its number; 0 for none.
    var padding = 0
    /// Whether every other key is only read and appended to, so that what was read tells the order of its versions, and
    /// the others are never appended to.
    var keepsKinds = false
    var asked: [Asked] = []
    /// The latest operation of each reused `msg_id`.
    private var latest: [Int: Int] = [:]
    var moment = 0

    subscript(operation: Int) -> Asked { asked[operation] }
    var count: Int { asked.count }

    // MARK: - Asking

    mutating func ask(
        _ asker: Asker, key: Int, _ action: Action, isNumbered: Bool = true, reusing messageID: Int? = nil,
        _ committedHistory: CommittedHistory
    ) -> Int {
        if let messageID { latest[messageID] = asked.count }
        asked.append(
            Asked(
                asker: asker, key: key, action: keepsKinds ? keepingKinds(action, of: key) : action,
                messageID: isNumbered ? messageID ?? asked.count : nil, invoked: moment,
                floor: committedHistory.lastIndex))
        moment += 1
        return asked.count - 1
    }

    mutating func send(_ operation: Int, to member: Int, life: Int) {
        asked[operation].copies.send(to: member, life: life)
    }

    /// The request as it is sent to members.
    func request(_ number: Int) -> ClientRequest {
        let one = asked[number]
        let key = Self.name(ofKey: one.key)
        let value = content(of: number).json
        let operation: ClientOperation
        switch one.action {
        case .read: operation = .query(.read(key: key))
        case .write: operation = .update(.write(key: key, value: value))
        case .cas(let from, let create):
            operation = .update(.cas(key: key, from: from, to: value, createIfNotExists: create))
        case .transaction(let parts):
            let transaction = transaction(number, parts)
            operation =
                transaction.isReadOnly
                ? .query(.transaction(transaction)) : .update(.transaction(transaction))
        }
        return ClientRequest(client: name(number), messageID: one.messageID, operation)
    }

    static func name(ofKey key: Int) -> JSONValue { JSONValue(canonical: String(key)) }

    /// What a write or a compare-and-set leaves in its key.
    func content(of number: Int) -> Content {
        let json = JSONValue(canonical: String(number))
        guard padding > 0, number % 5 == 0 else { return Content(json) }
        return Content(list: [json, JSONValue(canonical: "\"\(String(repeating: "x", count: padding))\"")])
    }

    /// The operation that asked for `update`, if any did: its number is the first in what it writes.
    private func number(in update: Update) -> Int? {
        var value = update.fields.values.last?.value ?? .null
        if case .transaction(let transaction) = update {
            value =
                transaction.operations.lazy.compactMap { operation -> JSONValue? in
                    switch operation {
                    case .read: nil
                    case .write(_, let value), .append(_, let value): value
                    }
                }.first ?? .null
        }
        let digits = value.text.utf8.drop { !Self.isDigit($0) }.prefix(while: Self.isDigit)
        return String(digits).flatMap { Int($0) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// The client id of an operation. An operation without `msg_id` has a client id of its own, so that its answer can
    /// be matched.
    func name(_ operation: Int) -> String {
        asked[operation].messageID != nil ? asked[operation].asker.name : "x\(operation)"
    }

    /// The latest operation with a `msg_id`.
    func operation(numbered messageID: Int) -> Int { latest[messageID] ?? messageID }

    /// Whether the `msg_id` may be reused: all copies of the operation are answered or lost.
    func isOver(_ operation: Int, _ lives: [Int]) -> Bool {
        let one = asked[operation]
        return one.messageID != nil && !one.isRepeated && one.copies.owing(lives) == nil
    }

    mutating func markRepeated(_ operation: Int) {
        asked[operation].isRepeated = true
    }

    // MARK: - Effects

    /// The operation that asked for what stands in the log.
    func operation(behind command: Command) throws -> Int {
        guard case .update(let update)? = LoggedOperation(command),
            let number = number(in: update), asked.indices.contains(number),
            request(number).subject == .operation(.update(update)), command.id.client == name(number),
            asked[number].messageID.map({ $0 == command.id.number }) ?? (command.id.numberedBy != nil)
        else { throw Breach(.atMostOnce, "a command that nobody asked for: \(command.text)") }
        if let first = asked[number].effect?.id, first != command.id {
            throw Breach(
                .atMostOnce, "request \(number) stands in the log as \(first.words) and \(command.id.words)")
        }
        return number
    }

    mutating func takesEffect(_ operation: Int, _ effect: Effect) throws {
        guard !asked[operation].copies.willNotHappen else {
            throw Breach(
                .honesty, "request \(operation) was answered 11, and is committed at \(effect.index)")
        }
        asked[operation].effect = effect
    }
}
