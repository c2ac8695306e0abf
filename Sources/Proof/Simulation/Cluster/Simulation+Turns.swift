import Consensus
import KeyValue
import Storage

/// Runs turns in the node's order: take all input that waits, take the time, then in rounds send the early messages,
/// store, and send the late ones.
extension Simulation {
    // MARK: - Starting a turn

    func deliver(_ slot: Int) throws {
        let packet = network.take(slot)
        let member = members[packet.to]
        let isDropped =
            network.drops(from: packet.from, to: packet.to) || network.muted == packet.message.kind
            || !member.isAlive
        recorder?.arrives(packet, from: slot, isDropped: isDropped)
        if isDropped { return }
        tally.events += 1
        fingerprint.mix(time)
        fingerprint.mix(packet.from << 8 | packet.to)
        fingerprint.mix(packet.message)
        if let trace {
            trace("\(EventTrace.seconds(time)) n\(packet.from) -> n\(packet.to): \(packet.message.traceText)")
        }
        member.inbox.append(.message(from: packet.from, try read(packet)))
        if member.isListening { try turn(member) }
    }

    func timerFires(_ member: Member) throws {
        guard member.timer == time else { return }
        member.timer = nil
        guard member.isListening else { return }
        if let deadline = member.run?.deadline, deadline <= member.clock.reading(at: time) {
            tally.events += 1
            fingerprint.mix(time)
            fingerprint.mix(member.index)
            recorder?.say("acts on a deadline", member.index)
            try turn(member)
            member.idleTurns = member.lastRing == time ? member.idleTurns + 1 : 0
            member.lastRing = time
            if member.idleTurns > 1_000 {
                throw Breach(.quietTimer, "\(member.id) keeps setting its timer to the present")
            }
        } else {
            setTimer(member)
        }
    }

    func diskIsDone(_ member: Member) throws {
        guard case .storing(let update) = member.activity else { return }
        guard !member.isPaused else {
            member.isStoreDone = true
            return
        }
        tally.events += 1
        fingerprint.mix(time)
        recorder?.say("has stored", member.index)
        member.activity = .idle
        guard try store(update, member), try finish(update, member) else { return }
        try work(member)
    }

    func becomeIdle(_ member: Member) throws {
        member.activity = .idle
        try takeWaitingInput(member)
    }

    /// Handles input that arrived while the member could not take it.
    func takeWaitingInput(_ member: Member) throws {
        guard member.isListening else { return }
        if member.inbox.isEmpty { return setTimer(member) }
        recorder?.say("takes what has arrived", member.index)
        try turn(member)
    }

    // MARK: - The turn

    func turn(_ member: Member) throws {
        let now = member.clock.reading(at: time)
        for input in member.inbox {
            switch input {
            case .message(let sender, let message):
                noteAppend(message, from: sender, to: member)
                member.run?.replica.receive(message, from: members[sender].id, now: now)
            case .request(let request):
                member.run?.replica.receive(request, now: now)
            }
        }
        member.inbox.removeAll(keepingCapacity: true)
        member.rounds = TurnRounds(most: scenario.limits.roundsPerTurn)
        member.run?.replica.noteLateness(at: now)
        member.run?.replica.advance(to: now)
        try work(member)
    }

    /// Runs rounds until nothing is ready or a store is under way.
    func work(_ member: Member) throws {
        while member.run?.hasReady == true {
            let mayEnd = member.rounds.begin(at: member.run?.observe().lastApplied ?? 0)
            tally.longestTurn = max(tally.longestTurn, member.rounds.count)
            if !mayEnd {
                throw Breach(
                    .endlessTurn, "\(member.id) is not done after \(scenario.limits.roundsPerTurn) rounds")
            }
            guard let ready = member.run?.replica.takeReady() else { return }
            try check(ready, of: member)
            for envelope in ready.early { try send(envelope.message, from: member, to: envelope.to) }
            let update = ready.storage
            if crashes(member, around: update) { return }
            if !update.isEmpty {
                let span = storeTime(member)
                if span > 0 {
                    member.activity = .storing(update)
                    return schedule(.stored, of: member, at: time + span)
                }
                guard try store(update, member) else { return }
                if crashes(member, around: update) { return }
            }
            guard try finish(update, member) else { return }
        }
        try checkState(member)
        member.appends.removeAll(keepingCapacity: true)
        try finishTurn(member)
    }

    /// - Returns: false if the member ended.
    private func store(_ update: StorageUpdate, _ member: Member) throws -> Bool {
        do {
            try member.store(update)
        } catch let error as DiskError {
            diskFails(error, storing: update, member)
            return false
        }
        try checkDisk(member)
        // A snapshot is taken piece by piece, each in a turn of its own that the timer begins at once.
        if update.ownSnapshotPiece != nil { member.lastRing = nil }
        return true
    }

    private func storeTime(_ member: Member) -> Microseconds {
        if member.diskSlowness > 0 { return dice.within(1...member.diskSlowness) }
        guard scenario.diskLatency > 0 else { return 0 }
        return 1 + dice.exponential(mean: scenario.diskLatency)
    }

    /// Carries out the effects of a durable `update`.
    /// - Returns: false if the member ended.
    private func finish(_ update: StorageUpdate, _ member: Member) throws -> Bool {
        guard let run = member.run else { return false }
        // The check needs the log from before a snapshot replaced it.
        let before = update.isRare ? run.raft : nil
        let effects = run.stored(update)
        try check(effects, of: member, before ?? run.raft, update)
        for envelope in effects.late { try send(envelope.message, from: member, to: envelope.to) }
        for reply in effects.replies { try handleReply(reply, from: member) }
        return !crashes(member, around: update)
    }

    /// Ends the turn.
    private func finishTurn(_ member: Member) throws {
        if member.isEnding, member.run?.mayEnd == true {
            // The clean point only helps to detect damage, so a failure here is harmless.
            try? member.run?.storage.noteCleanPoint()
            return stop(member)
        }
        if member.slowness > 0 {
            member.activity = .busy
            return schedule(.turnEnds, of: member, at: time + dice.within(1...member.slowness))
        }
        if member.inbox.isEmpty { setTimer(member) } else { try turn(member) }
    }

    func setTimer(_ member: Member) {
        guard let deadline = member.run?.deadline else { return }
        let due = max(member.clock.time(of: deadline), time) + dice.below(scenario.timerDelay)
        if let timer = member.timer, timer <= due { return }
        member.timer = due
        schedule(.timer, of: member, at: due)
    }

    // MARK: - Sending

    private func send(_ message: PeerMessage, from member: Member, to: NodeID) throws {
        let receiver = Member.index(of: to)
        try checkSent(message, from: member, to: receiver)
        try checkCost(message, from: member)
        let line = scenario.sendsLines ? member.run?.line(of: PeerEnvelope(to: to, message)) : nil
        let packet = Network.Packet(from: member.index, to: receiver, message: message, line: line)
        let delays = network.delays(&dice)
        if delays.isEmpty { recorder?.leaves(packet, in: nil, isCopy: false) }
        for (copy, delay) in delays.enumerated() {
            let slot = network.put(packet)
            recorder?.leaves(packet, in: slot, isCopy: copy > 0)
            queue.add(.delivery(packet: slot), at: time + delay)
        }
    }

    private func handleReply(_ reply: ClientReply, from member: Member) throws {
        if reply.client.first == "o" { return try handleOperatorAnswer(reply, from: member) }
        let number = try ledger.operation(answeredBy: reply)
        record(.answered(number, reply.body), member)
        fingerprint.mix(time)
        fingerprint.mix(number)
        fingerprint.mix(EventTrace.describe(reply.body))
        try ledger.answered(
            number, reply.body, by: member.index, life: member.life, committedHistory)
        try handleAnswer(reply.body, to: number, from: member)
    }
}

extension StorageUpdate {
    /// Whether a snapshot replaces a log, or is completed.
    var isRare: Bool {
        if case .reset = log { return true }
        return snapshotPieces.last?.isLast == true || ownSnapshotPiece?.isLast == true
    }
}
