import Consensus

/// What a share of the seeds checks once the faults have ended, and spells in which links are slow.
extension Scenario {
    /// With dice of its own, so that a seed means the same with and without.
    mutating func drawRecovery() {
        var dice = Dice(seed: seed &+ 0x7265_636f_7665_72)
        if faults.interval > 0, dice.below(4) == 0 {
            let weight = max(faults.weights.values.reduce(0, +), 1)
            faults.weights[.slowLinks] = dice.within(1...max(weight / 2, 1))
        }
        switch dice.below(6) {
        case 0 where members > 2: recoveryCheck = .failover
        case 1 where members > 2:
            recoveryCheck = .catchUp
            drawLoad(&dice)
        default: break
        }
    }

    /// Writes at a rate that links can carry, and snapshots larger than what they carry in a round trip.
    private mutating func drawLoad(_ dice: inout Dice) {
        writesPerRoundTrip = dice.pick([5, 10, 20])
        latency.mean = min(latency.mean, 100_000)
        // Timeouts of three round trips, as a seed may fix them, end many a leader's time before it has caught anybody up.
        (electionTimeout, heartbeatInterval) = (nil, nil)
        limits.uncommittedBytes = Limits().uncommittedBytes
        limits.forwardReach = limits.requestsRemembered / 2
        limits.logAhead = limits.requestsRemembered / 2
        limits.snapshotEvery = dice.pick([20, 50, 100])
        limits.snapshotPieceBytes = dice.pick([120, 400, 1_000])
        limits.snapshotBytesInFlight = dice.pick([500, 2_000])
        // Entries have about 40 bytes. An append that overtakes another is refused, so on links that reorder only one in
        // two round trips may get through: it carries four times what is written in one, and who is behind gains.
        limits.appendBytes = 4 * 40 * writesPerRoundTrip * dice.pick([1, 2])
        limits.appendBytesInFlight = limits.appendBytes * dice.pick([1, 4])
        limits.appendsInFlight = dice.pick([8, 64])
        limits.retainedLogBytes = dice.pick([0, 2_000])
        // Longer than a member that is there is ever silent.
        limits.retentionSilence = 20 * (2 * latency.mean + 2 * diskLatency) + 200_000
    }
}
