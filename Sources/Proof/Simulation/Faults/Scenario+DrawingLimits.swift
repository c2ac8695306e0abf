import Consensus

/// Draws the limits: small ones in half of all runs, the node's own in the others.
extension Scenario {
    mutating func drawLimits() {
        // A generator of its own keeps all other draws of the seed the same.
        var dice = Dice(seed: seed &+ 0x6b6e_6f62_73)
        guard dice.below(2) == 0 else { return }
        func draw(_ bound: WritableKeyPath<Limits, Int>, _ choices: [Int]) {
            guard dice.below(2) == 0 else { return }
            limits[keyPath: bound] = dice.pick(choices)
        }
        draw(\.appendsInFlight, [2, 3, 8])
        // A member that is far behind must be able to catch up while clients write.
        let isQuick = bias != .flood && latency.mean <= 10_000
        draw(\.appendBytes, isQuick ? [60, 200, 2_000] : [2_000])
        draw(\.appendBytesInFlight, isQuick ? [200, 1_000] : [4_000])
        draw(\.snapshotPieceBytes, [40, 120, 1_000])
        draw(\.snapshotBytesInFlight, [200, 2_000])
        draw(\.retainedLogBytes, [0, 500, 5_000])
        draw(\.forwardBytes, [1, 200, 2_000])
        draw(\.abandonedRemembered, [1, 10, 100])
        draw(\.requestsInBlock, [1, 10, 50])
        draw(\.requestsRemembered, [300, 300, 1_000])
        let most = limits.requestsRemembered
        limits.forwardReach = most / 2
        limits.logAhead = most / 2
        draw(\.forwardReach, [20, 100, most])
        draw(\.logAhead, [20, 100, most])
        draw(\.unappliedSlack, [0, 3, 30])
        draw(\.confirmationsAfterFailure, [1, 1, 3])
        draw(\.retentionSilence, [connectedSilence, 3 * connectedSilence])
        draw(\.readBytesRemembered, [0, 100, 2_000])
        // Remembered requests must be a multiple of the block size, as in the node.
        if most < Limits().requestsRemembered, limits.requestsInBlock > 50 { limits.requestsInBlock = 50 }
    }

    /// Longer than a connected member is ever silent. Where no log were retained for such a member, each snapshot could
    /// be out of date before the next round trip has passed.
    var connectedSilence: Microseconds { 20 * (2 * latency.mean + 2 * diskLatency) + 200_000 }
}
