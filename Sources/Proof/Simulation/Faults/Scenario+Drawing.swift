import Consensus

/// Draws a scenario from a seed.
extension Scenario {
    /// Arguments that are not nil override what the seed draws.
    package init(
        seed: UInt64, bias: Bias? = nil, members: Int? = nil, operations: Int? = nil
    ) {
        var dice = Dice(seed: seed)
        let bias = bias ?? dice.pick(Bias.allCases)
        let usual = members ?? Self.drawMembers(bias, &dice)
        let large = members == nil ? Self.drawLarge(seed, bias) : nil
        self.init(plain: seed, members: large ?? usual, operations: dice.within(100...800))
        self.bias = bias
        drawNetwork(&dice)
        drawMachines(&dice)
        drawClients(&dice)
        drawFaults(&dice)
        drawOperators(&dice)
        drawLimits()
        isInMemory = !faults.mayCrash && dice.below(2) == 0
        drawDiskFaults()
        if large == nil { drawShell() }
        drawRecovery()
        drawTransactions()
        reuses = dice.pick([0, 0, 20, 60])
        // Each operation costs many messages in a large cluster.
        if large != nil { self.operations = 20 + self.operations / 10 }
        if let operations { self.operations = operations }
    }

    /// In one of 40 seeds, the size of a large cluster.
    private static func drawLarge(_ seed: UInt64, _ bias: Bias) -> Int? {
        // A generator of its own keeps all other draws of the seed the same.
        var dice = Dice(seed: seed &+ 0x6c61_7267_65)
        guard dice.below(40) == 0 else { return nil }
        switch bias {
        case .calm, .mixed, .partitions, .crashes, .late, .pauses, .handovers:
            return dice.pick([9, 9, 15, 15, 25, 40])
        // These biases need few members, or many requests.
        case .flood, .tiny, .memberships, .restarts, .pausedLeaders, .pairs: return nil
        }
    }

    /// What surrounds the members: lines, large values, and options that change with a start. In few runs, because
    /// these take long.
    private mutating func drawShell() {
        // Own dice, so that the other draws of a seed stay the same.
        var dice = Dice(seed: seed &+ 0x73_6865_6c6c)
        sendsLines = dice.below(8) == 0
        changesOptions = dice.below(4) == 0
        guard dice.below(16) == 0, bias != .flood else { return }
        valueBytes = dice.pick([1_000, 20_000, 200_000])
        if valueBytes > 1_000 { operations = min(operations, 4_000_000 / valueBytes) }
    }

    private mutating func drawTransactions() {
        // Own dice, so that the other draws of a seed stay the same.
        var dice = Dice(seed: seed &+ 0x74_786e)
        transactions = dice.pick([0, 0, 0, 20, 60, 95])
        // A list of thousands of large values would take hours.
        if recoveryCheck == .catchUp, valueBytes > 1_000 { transactions = 0 }
        keepsKinds = transactions > 0 && dice.below(2) == 0
    }

    private static func drawMembers(_ bias: Bias, _ dice: inout Dice) -> Int {
        switch bias {
        case .tiny: dice.within(1...2)
        case .partitions, .restarts, .pausedLeaders: dice.pick([3, 3, 3, 4, 5])
        case .crashes: dice.pick([1, 2, 3, 3, 3, 5])
        case .memberships: dice.pick([2, 2, 3, 3, 4, 5, 6, 7])
        case .pairs: dice.pick([3, 4, 4, 5])
        case .calm, .mixed, .late, .pauses, .flood, .handovers:
            dice.pick([1, 2, 3, 3, 3, 4, 5, 5, 6, 7])
        }
    }

    private mutating func drawNetwork(_ dice: inout Dice) {
        latency.distribution = dice.pick(Latency.Distribution.allCases)
        latency.mean = dice.pick([100, 1_000, 1_000, 5_000, 10_000, 30_000, 100_000])
        // Rarely, a network so slow that the initial timeouts are far too short.
        if dice.below(40) == 0 { latency.mean = dice.pick([300_000, 1_000_000, 2_000_000]) }
        func often(_ least: Int, _ most: Int) -> Int {
            dice.below(3) == 0 ? 0 : dice.within(least...most)
        }
        switch bias {
        case .calm: break
        case .late:
            linkFaults = LinkFaults(
                loss: often(0, 50_000), duplication: often(10_000, 300_000), delay: often(50_000, 400_000),
                lateCopy: often(10_000, 100_000))
        case .pausedLeaders:
            latency.mean = dice.pick([5_000, 10_000, 20_000])
            linkFaults = LinkFaults(loss: often(0, 20_000), delay: often(0, 100_000))
        case .restarts:
            latency.mean = dice.pick([5_000, 30_000, 100_000])
            linkFaults = LinkFaults(
                loss: 0, duplication: often(10_000, 300_000), delay: often(50_000, 400_000),
                lateCopy: dice.within(200_000...800_000))
        case .crashes, .tiny, .memberships, .pairs:
            // Late answers to requests of an earlier process must not match those of the restarted one.
            linkFaults = LinkFaults(
                loss: often(0, 50_000), duplication: often(0, 50_000), delay: often(0, 100_000),
                lateCopy: often(20_000, 300_000))
        case .mixed, .partitions, .pauses, .flood, .handovers:
            linkFaults = LinkFaults(
                loss: often(0, 100_000), duplication: often(0, 50_000), delay: often(0, 100_000),
                lateCopy: often(0, 20_000))
        }
    }

    private mutating func drawMachines(_ dice: inout Dice) {
        diskLatency = dice.pick([0, 0, 100, 1_000, 5_000, 20_000])
        limits.snapshotEvery = dice.pick([10, 50, 100, 300, 10_000, 10_000])
        if dice.below(30) == 0 { limits.snapshotEvery = 2 }
        segmentSize = dice.pick([300, 3_000, 16 << 20])
        timerDelay = dice.pick([0, 0, 1_000, 20_000])
        clockDrift = dice.pick([0, 0, 1_000, 50_000, 200_000])
        guard bias == .restarts || dice.below(3) == 0 else { return }
        let round = 2 * latency.mean + diskLatency
        let timeout = max(dice.within(3...20) * round, 20_000)
        electionTimeout = timeout
        if dice.below(2) == 0 { heartbeatInterval = max(timeout / dice.within(3...8), 1) }
    }

    private mutating func drawClients(_ dice: inout Dice) {
        clients = dice.within(1...10)
        keys = dice.pick([1, 1, 2, 3, 5, 10])
        reads = dice.within(10...60)
        writes = dice.within(10...(95 - reads))
        think = dice.pick([0, 1_000, 10_000, 50_000, 200_000])
        unnumbered = dice.pick([0, 0, 10, 50])
        repeats = dice.pick([0, 0, 10, 40])
        roaming = dice.pick([0, 50, 100])
        if bias == .restarts || bias == .pausedLeaders {
            clients = 10
            keys = 1
            think = 0
            roaming = 100
        }
        if bias == .pausedLeaders {
            // Most clients avoid the paused member, so that some are left to ask it late.
            clients = 20
            roaming = 20
            think = 200_000
            // A read that waits behind an uncommitted write is never confirmed, so most operations are reads.
            reads = dice.pick([50, 85, 95])
            writes = min(writes, 100 - reads)
            operations = dice.within(600...1_000)
        }
        guard bias == .flood else { return }
        clients = dice.within(50...200)
        operations = dice.within(1_000...4_000)
        keys = dice.within(10...40)
        think = 0
        reads = dice.within(0...20)
        writes = 70
        roaming = dice.pick([0, 100])
        if dice.below(2) == 0 { limits.uncommittedBytes = dice.within(200...5_000) }
    }

    private mutating func drawOperators(_ dice: inout Dice) {
        let changesMembership = bias == .memberships || bias == .pairs
        guard changesMembership || bias != .calm && dice.below(4) == 0 else { return }
        initialVoters = dice.below(2) == 0 ? members : dice.within(1...members)
        if bias == .pairs { initialVoters = dice.within(2...3) }
        // A change takes three round trips. A new voter has three seconds to catch up.
        let least = 6 * latency.mean + 3 * diskLatency + 50_000
        operators.interval = dice.within(1...10) * least
        operators.transfers = dice.pick([0, 20, 20, 50])
        operators.repeats = dice.pick([0, 20, 50])
    }
}
