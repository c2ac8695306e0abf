import Consensus
import KeyValue

/// What clients asked, what came of it, and what they were told. Every operation writes a value of its own:
/// its number.
struct Ledger {
    enum Action: Hashable {
        case read
        case write
        case cas(from: Int, create: Bool)
    }

    /// Who asks: one of the clients, or on behalf of a demand or an outsider, by their places.
    enum Asker {
        case client(Int)
        case demand(Int)
        case outsider(Int)
        /// Writes for the sake of the load alone.
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

    /// The first time that a request stood in the committed log.
    struct Effect {
        var index: Index
        var outcome: OperationResult
        var id: RequestID
    }

    enum Answer: Hashable {
        case saw(Int?)
        case came(OperationResult)
    }

    struct Asked {
        var asker: Asker
        var key: Int
        var action: Action
        /// Its `msg_id`: its own number, or that of an earlier operation of the same asker.
        var messageID: Int?
        /// Whether its asker says it again, and nobody knows when the answers come.
        var isRepeated = false
        /// Places in the order of all invocations and answers.
        var invoked: Int
        var returned: Int?
        /// What of its key was committed when it was asked.
        var floor: CommittedHistory.Version
        var copies = Copies()
        var effect: Effect?
        var answer: Answer?
    }

    var asked: [Asked] = []
    /// The latest operation that goes by each `msg_id`, where that is not the number of the operation itself.
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

    /// The request as a member gets it.
    func request(_ number: Int) -> ClientRequest {
        let one = asked[number]
        let key = JSONValue(canonical: String(one.key))
        let value = JSONValue(canonical: String(number))
        let operation: Operation =
            switch one.action {
            case .read: .read(key: key)
            case .write: .write(key: key, value: value)
            case .cas(let from, let create):
                .cas(
                    key: key, from: JSONValue(canonical: String(from)), to: value, createIfNotExists: create)
            }
        return ClientRequest(
            client: name(number), messageID: one.messageID, operation)
    }

    /// Under which name it is asked. One that is not numbered has a name of its own, so that its answer can be
    /// told.
    func name(_ operation: Int) -> String {
        asked[operation].messageID != nil ? asked[operation].asker.name : "x\(operation)"
    }

    /// The operation that goes by a `msg_id` now.
    func operation(numbered messageID: Int) -> Int { latest[messageID] ?? messageID }

    /// Whether the `msg_id` of an operation may be used for another: none of its answers can be taken for the other's.
    func isOver(_ operation: Int, _ lives: [Int]) -> Bool {
        let one = asked[operation]
        return one.messageID != nil && !one.isRepeated && one.copies.owing(lives) == nil
    }

    mutating func repeats(_ operation: Int) {
        asked[operation].isRepeated = true
    }

    // MARK: - Effects

    /// The operation that asked for what stands in the log.
    func operation(behind request: LoggedRequest) throws -> Int {
        let number: Int? =
            switch request.operation {
            case .write(_, let value): Int(value.text)
            case .cas(_, _, let to, _): Int(to.text)
            case .read, .changeMembership, .refuseChange: nil
            }
        guard let number, asked.indices.contains(number),
            self.request(number).operation == request.operation, request.id.client == name(number),
            asked[number].messageID.map({ $0 == request.id.number }) ?? (request.id.numberedBy != nil)
        else { throw Breach(.atMostOnce, "a command that nobody asked for: \(request.command.text)") }
        if let first = asked[number].effect?.id, first != request.id {
            throw Breach(.atMostOnce, "request \(number) stands in the log as \(first) and \(request.id)")
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
