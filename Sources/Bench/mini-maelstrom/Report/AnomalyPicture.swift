import Serializability

/// An anomaly with the times of its transactions.
struct AnomalyPicture: Encodable, Sendable {
    struct Member: Encodable, Sendable {
        var process: Int
        /// Its micro-operations in words.
        var operations: [String]
        /// In milliseconds since the start.
        var from: Double
        /// Nil if it failed or its outcome is unknown.
        var to: Double?
        var outcome: String
    }

    struct Step: Encodable, Sendable {
        var relation: String
        var words: String
    }

    /// The largest number of transactions shown, and of micro-operations of each.
    private static let limit = 24

    var kind: String
    /// The longest text, in characters.
    private static let longest = 500
    /// The kind for people who do not know its name.
    var meaning: String
    var words: String
    var members: [Member]
    /// From each member to the next, and from the last to the first.
    var steps: [Step]
    /// The number of further transactions of the cycle.
    var omitted: Int

    init(_ anomaly: Anomaly, of anomalies: Judgement.Anomalies, isOfLists: Bool, recorder: Recorder) {
        kind = anomaly.kind.rawValue
        meaning = anomaly.kind.words
        words = Text.cut(anomaly.words, AnomalyPicture.longest)
        members = anomaly.transactions.prefix(AnomalyPicture.limit).map { index in
            let transaction = anomalies.transactions[index]
            let isCommitted = transaction.outcome == .committed
            var operations = transaction.operations.prefix(AnomalyPicture.limit)
                .map { Text.cut($0.words(isOfLists: isOfLists), AnomalyPicture.longest) }
            if transaction.operations.count > operations.count { operations.append("...") }
            return Member(
                process: transaction.process, operations: operations,
                from: recorder.milliseconds(transaction.invoked),
                to: isCommitted ? recorder.milliseconds(transaction.returned) : nil,
                outcome: isCommitted ? "" : Judgement.words(transaction.outcome))
        }
        steps = anomaly.steps.prefix(AnomalyPicture.limit).map {
            Step(relation: $0.relation.name, words: Text.cut($0.words, AnomalyPicture.longest))
        }
        omitted = anomaly.transactions.count - members.count
    }

    /// The time of its transactions, for the messages that are shown.
    var moment: MessageExcerpt.Moment? {
        guard let from = members.map(\.from).min(), let to = members.map({ $0.to ?? $0.from }).max() else {
            return nil
        }
        return MessageExcerpt.Moment(name: "the \(kind)", from: from - 5, to: to + 5)
    }
}
