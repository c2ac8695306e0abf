import Consensus

/// Draws the recovery check of the seed, and spells of slow links.
extension Scenario {
    /// A generator of its own keeps all other draws of the seed the same.
    mutating func drawRecovery() {
        var dice = Dice(seed: seed &+ 0x7265_636f_7665_72)
        if faults.interval > 0, dice.below(4) == 0 {
            let weight = max(faults.weights.values.reduce(0, +), 1)
            faults.weights[.slowLinks] = dice.within(1...max(weight / 2, 1))
        }
        switch dice.below(6) {
        case 0 where members > 2:
            recoveryCheck = .failover
            // In large clusters twice the messages would take minutes.
            copiesOfLostLeader = members > 9 ? 0 : dice.pick([0, 1_000_000])
        case 1 where members > 2:
            recoveryCheck = .catchUp
            drawLoad(&dice)
        default: break
        }
    }

    /// Draws writes at a rate that links can carry, and snapshots larger than one round trip carries.
    private mutating func drawLoad(_ dice: inout Dice) {
        writesPerRoundTrip = dice.pick([5, 10, 20])
        latency.mean = min(latency.mean, 100_000)
        // Fixed timeouts of few round trips would depose leaders before a member has caught up.
        (electionTimeout, heartbeatInterval) = (nil, nil)
        limits.uncommittedBytes = Limits().uncommittedBytes
        limits.forwardReach = limits.requestsRemembered / 2
        limits.logAhead = limits.requestsRemembered / 2
        limits.snapshotEvery = dice.pick([20, 50, 100])
        limits.snapshotPieceBytes = dice.pick([120, 400, 1_000])
        limits.snapshotBytesInFlight = dice.pick([500, 2_000])
        // An entry has about 40 bytes, and every fifth a large value. A follower refuses an append that overtakes
        // another, so on links that reorder only every second round trip may succeed. With four round trips' writes per
        // append, a member gains.
        limits.appendBytes = 4 * (40 + valueBytes / 5) * writesPerRoundTrip * dice.pick([1, 2])
        limits.appendBytesInFlight = limits.appendBytes * dice.pick([1, 4])
        limits.appendsInFlight = dice.pick([8, 64])
        limits.retainedLogBytes = dice.pick([0, 2_000])
        limits.retentionSilence = connectedSilence
    }
}
