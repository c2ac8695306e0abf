import Linearizability

/// A violation with the times of its operations: those that overlap it or came shortly before.
struct ViolationPicture: Encodable, Sendable {
    struct Operation: Encodable, Sendable {
        var process: Int
        /// What it did, in words.
        var words: String
        /// In milliseconds since the start.
        var from: Double
        /// Nil where nobody knows how it went, or did not yet.
        var to: Double?
        /// Its place in the order that explains all before the violation; nil where it has none.
        var place: Int?
        /// What the register holds after it in that order.
        var leaves: String?
    }

    /// So many operations are shown.
    static let limit = 40

    var key: Int
    var failing: Operation
    /// What the register could have held; empty where nothing explains the operation.
    var possible: String
    /// In the order of their invocations.
    var operations: [Operation]
    /// How many came before those.
    var omitted: Int

    init(_ violation: LinearizabilityViolation<RegisterValue>, key: Int, recorder: Recorder) {
        self.key = key
        let places = Dictionary(
            uniqueKeysWithValues: violation.order.enumerated().map { ($0.element, $0.offset + 1) })
        let values = ViolationPicture.values(violation)
        func operation(_ operation: RegisterOperation<RegisterValue>) -> Operation {
            Operation(
                process: operation.process, words: Judgement.words(operation),
                from: recorder.milliseconds(operation.invoked),
                to: operation.returned.map(recorder.milliseconds), place: places[operation.invoked],
                leaves: values[operation.invoked])
        }
        failing = operation(violation.operation)
        possible = Judgement.possible(violation)
        let others = violation.prefix.filter { $0.invoked != violation.operation.invoked }
        operations = others.suffix(ViolationPicture.limit).map(operation)
        omitted = others.count - operations.count
    }

    /// What the register holds after each operation of the order, by where it was invoked.
    private static func values(_ violation: LinearizabilityViolation<RegisterValue>) -> [Int: String] {
        let actions = Dictionary(
            uniqueKeysWithValues: violation.prefix.map { ($0.invoked, $0.action) })
        var value: RegisterValue?
        var values: [Int: String] = [:]
        for invoked in violation.order {
            switch actions[invoked] {
            case .write(let written): value = written
            case .compareAndSet(_, let to): value = to
            case .read, nil: break
            }
            values[invoked] = Judgement.held(value)
        }
        return values
    }
}
