import Consensus
import KeyValue

/// The operations of clients, their effects and their answers. Each operation writes a unique value: its number.
struct Ledger {
    enum Action: Hashable {
        case read
        case write
        case cas(from: Int, create: Bool)
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
        case value(Int?)
        case result(OperationResult)
    }

    struct Asked {
        var asker: Asker
        var key: Int
        var action: Action
        /// Its `msg_id`: its own number, or that of an earlier operation of the same asker.
        var messageID: Int?
        /// Whether its asker sends it again.
        var isRepeated = false
        /// Its invocation and answer in the order of all invocations and answers.
        var invoked: Int
        var returned: Int?
        /// The committed version of its key at invocation. A read must not return an older one.
        var floor: CommittedHistory.Version
        var copies = Copies()
        var effect: Effect?
        var answer: Answer?
    }

    /// How many bytes every fifth value has beside its number; 0 for none.
    var padding = 0
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
                asker: asker, key: key, action: action,
                messageID: isNumbered ? messageID ?? asked.count : nil, invoked: moment,
                floor: committedHistory.version(of: key)))
        moment += 1
        return asked.count - 1
    }

    mutating func send(_ operation: Int, to member: Int, life: Int) {
        asked[operation].copies.send(to: member, life: life)
    }

    /// The request as it is sent to members.
    func request(_ number: Int) -> ClientRequest {
        let one = asked[number]
        let key = JSONValue(canonical: String(one.key))
        let value = value(of: number)
        let operation: ClientOperation =
            switch one.action {
            case .read: .query(.read(key: key))
            case .write: .update(.write(key: key, value: value))
            case .cas(let from, let create):
                .update(
                    .cas(
                        key: key, from: self.value(of: from), to: value,
                        createIfNotExists: create))
            }
        return ClientRequest(
            client: name(number), messageID: one.messageID, operation)
    }

    /// The value that an operation writes.
    func value(of number: Int) -> JSONValue {
        guard padding > 0, number % 5 == 0 else { return JSONValue(canonical: String(number)) }
        return JSONValue(canonical: "[\(number),\"\(String(repeating: "x", count: padding))\"]")
    }

    /// The operation that writes `value`; nil if none does.
    func number(in value: JSONValue) -> Int? {
        let digits = value.text.utf8.drop { $0 == UInt8(ascii: "[") }.prefix { $0 != UInt8(ascii: ",") }
        guard let number = Int(String(digits) ?? ""), self.value(of: number) == value else { return nil }
        return number
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
            let value = update.fields.values.last?.value,
            let number = self.number(in: value), asked.indices.contains(number),
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
