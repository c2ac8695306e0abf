import Consensus

/// The way of requests to the leader.
extension Replica {
    /// How far the limits of requests in one message may differ; the least is that of all.
    private var limitSpread: Int { limits.forwardReach / 8 }

    /// Whether what leaves now for the first time may yet be appended. After a start, and wherever this member's log is
    /// far ahead of what it knows to be committed, every leader's log is beyond the limit that it would carry: it
    /// waits.
    private var isWithinReach: Bool { raft.log.lastIndex < lastApplied + limits.forwardReach }

    var canRoute: Bool {
        guard !inbox.isEmpty else { return false }
        if !isWithinReach, raft.leader != raft.id { return false }
        guard let leader = raft.leader else {
            return raft.transferTarget.map(mayReach) ?? false && inbox.contains(where: canBeHeldForLeadership)
        }
        guard mayReach(leader) else { return false }
        return leader != raft.id || canAppendSome
    }

    /// Whether a leader can take anything that waits. Most often the first does.
    private var canAppendSome: Bool { inbox.contains(where: canAppend) }

    /// Whether a leader can take it now.
    private func canAppend(_ waiting: Waiting) -> Bool {
        switch waiting {
        case .read: return true
        case .write(let id):
            guard isWithinReach || pending.limit(of: id) != nil else { return false }
            if case .changeMembership = pending.request(id)?.operation { return raft.acceptsChanges }
            return raft.acceptsCommands && hasRoom || raft.transferTarget != nil
        }
    }

    /// Whether copies that are in the log already are sure to be known for copies when this one is applied.
    private var hasRoom: Bool { raft.log.lastIndex < lastApplied + limits.logAhead }

    /// Whether a member that is about to lead may have it now.
    private func canBeHeldForLeadership(_ waiting: Waiting) -> Bool {
        guard case .write(let id) = waiting else { return false }
        return pending.request(id)?.operation.isApplied ?? false
    }

    /// Hands the inbox on in its order, so that what one client typed is carried out as it was typed.
    mutating func route() {
        guard let leader = raft.leader else { return forwardToTransferTarget() }
        if routedInTerm != raft.currentTerm {
            // What was placed under another leader may be lost with it; copies are carried out once.
            inbox = pending.allThatMayHaveHappened().map { .write($0) } + inbox.filter(isFirstTry)
            routedInTerm = raft.currentTerm
        }
        // What cannot arrive stays here, so that it can be said that it will not happen.
        guard !inbox.isEmpty, mayReach(leader) else { return }
        if leader != raft.id {
            if isWithinReach { passOn(to: leader) }
        } else if canAppendSome {
            appendToOwnLog()
        }
    }

    /// Lets the next leader have the writes before it leads: it holds them that long.
    private mutating func forwardToTransferTarget() {
        guard let transferTarget = raft.transferTarget, mayReach(transferTarget), isWithinReach else {
            return
        }
        let writes = inbox.filter(canBeHeldForLeadership).compactMap {
            if case .write(let id) = $0 { id } else { nil }
        }
        inbox.removeAll(where: canBeHeldForLeadership)
        passOn(writes, to: transferTarget)
    }

    private func isFirstTry(_ waiting: Waiting) -> Bool {
        switch waiting {
        case .write(let id): pending.hasLeft(id) == false
        case .read: true
        }
    }

    private mutating func appendToOwnLog() {
        var refused: [Waiting] = []
        var handedOver: [RequestID] = []
        var arriving: [ClientRead] = []
        for waiting in inbox {
            switch waiting {
            case .read(let read):
                arriving.append(read)
            case .write(let id):
                // A read sees what was written before it, and nothing that came after.
                startReads(&arriving)
                guard let request = pending.request(id) else { continue }
                guard raft.log.lastIndex < limit(of: id) else {
                    if pending.limit(of: id) == nil { refused.append(waiting) }
                    continue
                }
                if appendToLog(request) {
                    pending.appendedToOwnLog(id, limit: limit(of: id))
                } else if raft.transferTarget != nil, request.operation.isApplied {
                    handedOver.append(id)
                } else {
                    refused.append(waiting)
                }
            }
        }
        startReads(&arriving)
        inbox = refused
        if let transferTarget = raft.transferTarget { passOn(handedOver, to: transferTarget) }
    }

    /// Puts a request into the log of this leader.
    /// - Returns: false where it takes none now.
    private mutating func appendToLog(_ request: LoggedRequest) -> Bool {
        guard case .changeMembership(let voters) = request.operation else {
            return hasRoom && raft.propose(request.command) != nil
        }
        // Made or refused already, and not applied yet: what is committed is so only at the end of the turn.
        lookAtLog()
        if failedChanges.contains(request.id.words) || isInLog(request.id) { return true }
        switch raft.changeMembership(to: voters, change: request.id.words) {
        case .underWay: return true
        case .notNow: return false
        case .busy: return refuse(request.id.words, .busy)
        }
    }

    /// That a change is refused must be as lasting as the change would be: a copy of the request may come late,
    /// and the client knows that it will not happen.
    @discardableResult
    mutating func refuse(_ change: String, _ reason: ChangeRefusal) -> Bool {
        guard let id = RequestID(words: change) else { return false }
        return raft.propose(LoggedRequest(id: id, operation: .refuseChange(reason)).command) != nil
    }

    var canRefuse: Bool { !failedChanges.isEmpty && (raft.acceptsCommands || !raft.isLeader) }

    /// Not while this leader takes no commands: whoever asked would wait in vain.
    mutating func refuseFailedChanges() {
        guard canRefuse else { return }
        for change in failedChanges { refuse(change, .behind) }
        failedChanges = []
    }

    private mutating func passOn(to leader: NodeID) {
        var arriving: [ClientRead] = []
        var writes: [RequestID] = []
        for waiting in inbox {
            switch waiting {
            case .read(let read): arriving.append(read)
            case .write(let id): writes.append(id)
            }
        }
        inbox = []
        passOn(writes, to: leader)
        startReads(&arriving)
    }

    private mutating func passOn(_ writes: [RequestID], to leader: NodeID) {
        var message = Forward(commands: [], limit: 0)
        var (bytes, latest) = (0, 0)
        for id in writes {
            let limit = limit(of: id)
            // No leader may append it any more.
            guard lastApplied < limit, let command = pending.request(id)?.command else { continue }
            let size = command.text.utf8.count
            let spread = max(latest, limit) - min(message.limit, limit)
            if !message.commands.isEmpty, bytes + size > limits.forwardBytes || spread > limitSpread {
                outgoing.append(PeerEnvelope(to: leader, .forward(message)))
                message.commands = []
            }
            if message.commands.isEmpty { (message.limit, latest, bytes) = (limit, limit, 0) }
            message.commands.append(command)
            // What is appended may come too late for none of them.
            message.limit = min(message.limit, limit)
            latest = max(latest, limit)
            bytes += size
            pending.passedOn(id, limit: limit, at: now, retryAfter: raft.timing.retryInterval)
        }
        if !message.commands.isEmpty { outgoing.append(PeerEnvelope(to: leader, .forward(message))) }
    }

    /// The last index at which a copy may be appended. One that comes after this member has forgotten the first would
    /// be carried out twice. Within what the store remembers, beyond what this member had applied without
    /// seeing it when it left for the first time, it cannot.
    private func limit(of id: RequestID) -> Index {
        pending.limit(of: id) ?? lastApplied + limits.forwardReach
    }

    private mutating func startReads(_ arriving: inout [ClientRead]) {
        guard !arriving.isEmpty else { return }
        raft.read(nextReadID)
        reads.append((nextReadID, arriving))
        nextReadID += 1
        arriving = []
    }

    /// Takes what another member passes on. One that hands over lets its successor have it, which holds it until it
    /// leads. Any other lets it go: the sender says it again when it hears of a leader, or of nothing.
    mutating func receive(_ forward: Forward, from sender: NodeID) {
        if let transferTarget = raft.transferTarget {
            outgoing.append(PeerEnvelope(to: transferTarget, .forward(forward)))
        } else if raft.isTakingOverLeadership {
            forwardsHeldForLeadership.append((forward, sender))
        } else if raft.isLeader {
            appendToLog(forward, from: sender)
        }
    }

    /// What came while this member was about to lead: it does by now, or the election is over.
    mutating func appendHeldForwards() {
        guard !forwardsHeldForLeadership.isEmpty, !raft.isTakingOverLeadership else { return }
        if raft.isLeader {
            for (forward, sender) in forwardsHeldForLeadership { appendToLog(forward, from: sender) }
        }
        forwardsHeldForLeadership = []
    }

    private mutating func appendToLog(_ forward: Forward, from sender: NodeID) {
        for command in forward.commands {
            guard raft.log.lastIndex < forward.limit, let request = LoggedRequest(command),
                store.outcome(of: request.id) == nil
            else { continue }
            _ = appendToLog(request)
        }
        raft.expectAnswer(of: sender)
    }
}
