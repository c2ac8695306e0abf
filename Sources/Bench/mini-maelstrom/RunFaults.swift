import Foundation

/// The nemesis's operations on a run.
extension Run {
    /// Carries out the operations that are due.
    func act(at now: UInt64) throws(Failure) {
        if let pending = strike, pending.search.isOver(at: now) { try concludeStrike(at: now) }
        while let act = nemesis.act(at: now - start) {
            switch act {
            case .startPartition(let partition, let cuts):
                network.cut(cuts)
                statistics.partitions += 1
                begin(
                    .partition, ":\(partition.rawValue) \(cuts.maelstrom(options.names))",
                    "\(partition.rawValue): \(cuts.words(options.names))", at: now)
            case .stopPartition: mend(at: now)
            case .kill(let target, let order): try strike(.kill, target, order, at: now)
            case .pause(let target, let order): try strike(.pause, target, order, at: now)
            case .lose(let begins): lose(begins, at: now)
            case .duplicate(let begins): duplicate(begins, at: now)
            case .changeMembership(let plan): send(.change(plan), at: now)
            case .transfer(let order): send(.transfer(order: order), at: now)
            case .start:
                try concludeStrike(at: now)
                try startAll(at: now)
            case .resume:
                try concludeStrike(at: now)
                try resumeAll(at: now)
            }
        }
    }

    /// Ends all faults, as Jepsen does at the end.
    func mendAll(at now: UInt64) throws(Failure) {
        strike = nil
        if options.nemesis.contains(.partition) { mend(at: now) }
        if options.nemesis.contains(.loss) { lose(false, at: now) }
        if options.nemesis.contains(.duplicate) { duplicate(false, at: now) }
        if options.nemesis.contains(.pause) { try resumeAll(at: now) }
        if options.nemesis.contains(.kill) { try startAll(at: now) }
    }

    private func mend(at now: UInt64) {
        network.heal()
        end(.partition, at: now)
    }

    private func lose(_ begins: Bool, at now: UInt64) {
        network.lossShare = begins ? options.lossShare : 0
        let words = "\(options.lossShare)"
        if begins { begin(.loss, words, "a share of \(words)", at: now) } else { end(.loss, at: now) }
    }

    private func duplicate(_ begins: Bool, at now: UInt64) {
        network.duplicateShare = begins ? options.duplicateShare : 0
        let words = "\(options.duplicateShare)"
        if begins {
            begin(.duplicate, words, "a share of \(words)", at: now)
        } else {
            end(.duplicate, at: now)
        }
    }

    /// Records the beginning of a network fault.
    /// - Parameters:
    ///   - text: as Maelstrom's histories have it.
    ///   - words: the same for people.
    private func begin(_ fault: Nemesis.Fault, _ text: String, _ words: String, at now: UInt64) {
        note(":start-\(fault.rawValue)\t\(text)", at: now)
        faultTimes.begin(fault, words, at: now - start)
    }

    /// Records the end of a fault.
    private func end(_ fault: Nemesis.Fault, at now: UInt64) {
        switch fault {
        case .kill: note(":start\t:all", at: now)
        case .pause: note(":resume\t:all", at: now)
        case .partition, .loss, .duplicate, .membership, .transfer:
            note(":stop-\(fault.rawValue)\t:network-healed", at: now)
        }
        faultTimes.end(fault, at: now - start)
    }

    func note(_ text: String, at now: UInt64) { recorder.note(text, at: now - start) }

    // MARK: - Faults of nodes

    /// Applies a fault at once, unless it targets the leader, which must be found first.
    private func strike(_ fault: Nemesis.Fault, _ target: Target, _ order: [Int], at now: UInt64)
        throws(Failure)
    {
        try concludeStrike(at: now)
        guard target == .leader else {
            return try strike(fault, target, nodes: target.pick(order, leader: nil), at: now)
        }
        strike = (fault, order, search(at: now))
    }

    /// Sends `status` to all nodes that can answer.
    func search(at now: UInt64) -> LeaderSearch {
        let asked = (0..<options.nodeCount).filter { initialized.contains($0) && !paused.contains($0) }
        lastQuestion += 1
        let search = LeaderSearch(messageID: lastQuestion, asked: asked, at: now)
        for node in asked { tell(node, #""type":"status""#, messageID: search.messageID) }
        return search
    }

    private func concludeStrike(at now: UInt64) throws(Failure) {
        guard let pending = strike else { return }
        strike = nil
        let picked = Target.leader.pick(pending.order, leader: pending.search.leader)
        try strike(pending.fault, .leader, nodes: picked, at: now)
    }

    private func strike(
        _ fault: Nemesis.Fault, _ target: Target, nodes: [Int], at now: UInt64
    ) throws(Failure) {
        let struck = nodes.filter {
            cluster.nodes[$0].isRunning && !steps.isDying($0) && (fault == .kill || !paused.contains($0))
        }
        for node in struck {
            switch fault {
            case .kill: try kill(node, at: now)
            case .pause:
                try add(.pause, to: node, at: now)
                paused.insert(node)
            case .partition, .loss, .duplicate, .membership, .transfer:
                preconditionFailure("\(fault.rawValue) strikes no node")
            }
        }
        statistics.strike(fault, struck)
        note(":\(fault.rawValue)\t:\(target.rawValue) [\(options.names.quoted(struck))]", at: now)
        // A fault without nodes broke nothing.
        guard !struck.isEmpty else { return }
        faultTimes.begin(
            fault, "\(target.rawValue): \(options.names.list(struck))", nodes: struck, at: now - start)
    }

    func kill(_ node: Int, at now: UInt64) throws(Failure) {
        try add(.kill, to: node, at: now)
        initialized.remove(node)
        initDeadlines[node] = nil
        paused.remove(node)
    }

    private func startAll(at now: UInt64) throws(Failure) {
        for node in 0..<options.nodeCount
        where !steps.willRun(node, runs: cluster.nodes[node].isRunning) {
            try add(.start, to: node, at: now)
        }
        end(.kill, at: now)
    }

    private func resumeAll(at now: UInt64) throws(Failure) {
        for node in paused.sorted() {
            try add(.resume, to: node, at: now)
            // The pause does not count against it.
            if initDeadlines[node] != nil { initDeadlines[node] = now + Run.initPatience }
        }
        paused = []
        end(.pause, at: now)
    }

    /// The current faults in words; empty if there are none.
    var trouble: String {
        let down = (0..<options.nodeCount).filter { !initialized.contains($0) }
        func names(_ nodes: [Int]) -> String { nodes.map { options.names[$0] }.joined(separator: " ") }
        var parts = network.isCut ? ["partitioned"] : []
        if network.lossShare > 0 { parts.append("losing") }
        if network.duplicateShare > 0 { parts.append("duplicating") }
        if !down.isEmpty { parts.append("\(names(down)) down") }
        if !paused.isEmpty { parts.append("\(names(paused.sorted())) paused") }
        return parts.joined(separator: ", ")
    }
}
