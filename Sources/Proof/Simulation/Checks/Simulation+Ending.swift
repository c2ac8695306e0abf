import Consensus
import KeyValue
import Linearizability

/// The end of a run: every request must be answered, and every history linearizable.
extension Simulation {
    /// The time within which a member that did not crash must answer, longer than any patience on the slowest of
    /// networks.
    private static let answerTime: Microseconds = 120_000_000

    func beginEnding() {
        phase = .ending
        lastAskedAt = time
        askOutsiders()
        queue.add(.audit, at: time)
    }

    func audit() throws {
        let lives = members.map(\.life)
        let owed =
            ledger.asked.lazy.map(\.copies).firstOwed(lives, by: "a client")
            ?? changes.asked.lazy.map(\.copies).firstOwed(lives, by: "an operator")
        guard owed != nil || time < lastAskedAt else {
            phase = .over
            return
        }
        if let owed, time >= lastAskedAt + Self.answerTime { throw Breach(.answers, owed) }
        queue.add(.audit, at: time + 1_000_000)
    }

    func checkHistory() throws {
        if scenario.transactions > 0 { try ledger.checkSerializable() }
        let checker = Checker(limit: 200_000)
        for (key, operations) in ledger.history(keys: scenario.keys, committedHistory).enumerated() {
            switch checker.check(operations) {
            case .linearizable: break
            case .undecided: tally.undecided += 1
            case .violated(let violation):
                throw Breach(
                    .linearizability,
                    "key \(key): \(violation.operation) is impossible; the value could be "
                        + "\(violation.possible)")
            }
        }
    }

    // MARK: - Outsiders

    /// Asks the outsiders once they have had time to notice that they reach no majority.
    private func askOutsiders() {
        guard !outsiders.isEmpty else { return }
        let timeouts = outsiders.compactMap { members[$0].run?.timing.electionTimeout }
        lastAskedAt = max(time, demandsBeganAt + 20 * (timeouts.max() ?? 0) + 20 * scenario.latency.mean)
        for member in outsiders { queue.add(.askOutsider(member: member), at: lastAskedAt) }
    }

    func askOutsider(_ member: Int) throws {
        try send(
            ledger.ask(.outsider(member), key: dice.below(scenario.keys), .write, committedHistory),
            to: member)
    }

    func checkOutsider(_ body: ClientReply.Body, of member: Member) throws {
        if case .error(.temporarilyUnavailable, _) = body { return }
        // Late copies of what it sent before can still make a leader that it hears believe that it hears it.
        if case .error(.timeout, _) = body, scenario.makesLateCopies,
            network.reaches(member.index, from: demands[0].member)
        {
            return
        }
        throw Breach(.honesty, "\(member.id), which reaches no majority, answers \(body)")
    }
}
