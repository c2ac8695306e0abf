import Linearizability

/// A violation with the times of its operations: those that overlap it or ended shortly before.
struct ViolationPicture: Encodable, Sendable {
    struct Operation: Encodable, Sendable {
        var process: Int
        /// The operation in words.
        var words: String
        /// In milliseconds since the start.
        var from: Double
        /// Nil if its outcome is unknown.
        var to: Double?
        /// Its position in an order that explains all operations before the violation, if it has one.
        var place: Int?
        /// The register's value after it in that order.
        var leaves: String?
    }

    /// The largest number of operations shown.
    static let limit = 40

    var key: Int
    var failing: Operation
    /// The possible values; empty if the operation is impossible with any.
    var possible: String
    /// In order of invocation.
    var operations: [Operation]
    /// The number of earlier operations.
    var omitted: Int

    init(
        _ violation: LinearizabilityViolation<RegisterValue>, key: Int, of judgement: Judgement,
        recorder: Recorder
    ) {
        self.key = key
        let places = Dictionary(
            uniqueKeysWithValues: violation.order.enumerated().map { ($0.element, $0.offset + 1) })
        let values = ViolationPicture.values(violation)
        func operation(_ operation: RegisterOperation<RegisterValue>) -> Operation {
            let full = judgement.outcome(operation)
            return Operation(
                process: full.process, words: Judgement.words(full),
                from: recorder.milliseconds(full.invoked),
                to: full.returned.map(recorder.milliseconds), place: places[full.invoked],
                leaves: values[full.invoked])
        }
        failing = operation(violation.operation)
        possible = Judgement.possible(violation)
        let others = violation.prefix.filter { $0.invoked != violation.operation.invoked }
        operations = others.suffix(ViolationPicture.limit).map(operation)
        omitted = others.count - operations.count
    }

    /// The register's value after each operation of the order, by invocation.
    private static func values(_ violation: LinearizabilityViolation<RegisterValue>) -> [Int: String] {
        let actions = Dictionary(
            uniqueKeysWithValues: violation.prefix.map { ($0.invoked, $0.action) })
        var value: RegisterValue?
        var values: [Int: String] = [:]
        for invoked in violation.order {
            if let left = actions[invoked]?.effect.leaves { value = left }
            values[invoked] = Judgement.held(value)
        }
        return values
    }
}
