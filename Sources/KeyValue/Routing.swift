import Raft

/// The way of requests to the leader.
extension Replica {
    /// How far the limits of requests in one message may differ; the least is that of all.
    private var limitSpread: Int { limits.forwardReach / 8 }

    var canRoute: Bool {
        guard !inbox.isEmpty else { return false }
        guard let leader = raft.leader else {
            return raft.successor.map(mayReach) ?? false && inbox.contains(where: canBeInherited)
        }
        guard mayReach(leader) else { return false }
        return leader != raft.id || canPlaceSome
    }

    /// Whether a leader can take anything that waits. Most often the first does.
    private var canPlaceSome: Bool { inbox.contains(where: canBePlaced) }

    /// Whether a leader can take it now.
    private func canBePlaced(_ waiting: Waiting) -> Bool {
        switch waiting {
        case .read: return true
        case .write(let id):
            if case .changeMembership = owed.request(id)?.operation { return raft.acceptsChanges }
            return raft.acceptsCommands && hasRoom || raft.successor != nil
        }
    }

    /// Whether copies that are in the log already are sure to be known for copies when this one is applied.
    private var hasRoom: Bool { raft.log.lastIndex < lastApplied + limits.logAhead }

    /// Whether a member that is about to lead may have it now.
    private func canBeInherited(_ waiting: Waiting) -> Bool {
        guard case .write(let id) = waiting else { return false }
        return owed.request(id)?.operation.isApplied ?? false
    }

    /// Hands the inbox on in its order, so that what one client typed is carried out as it was typed.
    mutating func route() {
        guard let leader = raft.leader else { return handDown() }
        if placedIn != raft.currentTerm {
            // What was placed under another leader may be lost with it; copies are carried out once.
            inbox = owed.allThatLeft().map { .write($0) } + inbox.filter(isFirstTry)
            placedIn = raft.currentTerm
        }
        // What cannot arrive stays here, so that it can be said that it will not happen.
        guard !inbox.isEmpty, mayReach(leader) else { return }
        if leader != raft.id { passOn(to: leader) } else if canPlaceSome { placeInOwnLog() }
    }

    /// Lets the next leader have the writes before it leads: it holds them that long.
    private mutating func handDown() {
        guard let successor = raft.successor, mayReach(successor) else { return }
        let writes = inbox.filter(canBeInherited).compactMap {
            if case .write(let id) = $0 { id } else { nil }
        }
        inbox.removeAll(where: canBeInherited)
        passOn(writes, to: successor)
    }

    private func isFirstTry(_ waiting: Waiting) -> Bool {
        switch waiting {
        case .write(let id): owed.hasLeft(id) == false
        case .read: true
        }
    }

    private mutating func placeInOwnLog() {
        var refused: [Waiting] = []
        var handedOver: [RequestID] = []
        var arriving: [OwedRead] = []
        for waiting in inbox {
            switch waiting {
            case .read(let read):
                arriving.append(read)
            case .write(let id):
                // A read sees what was written before it, and nothing that came after.
                takeUp(&arriving)
                guard let request = owed.request(id), raft.log.lastIndex < limit(of: id) else { continue }
                if place(request) {
                    owed.placedInOwnLog(id, limit: limit(of: id))
                } else if raft.successor != nil, request.operation.isApplied {
                    handedOver.append(id)
                } else {
                    refused.append(waiting)
                }
            }
        }
        takeUp(&arriving)
        inbox = refused
        if let successor = raft.successor { passOn(handedOver, to: successor) }
    }

    /// Puts a request into the log of this leader.
    /// - Returns: false where it takes none now.
    private mutating func place(_ request: Request) -> Bool {
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
        return raft.propose(Request(id: id, operation: .refuseChange(reason)).command) != nil
    }

    var canRefuse: Bool { !failedChanges.isEmpty && (raft.acceptsCommands || !raft.isLeader) }

    /// Not while this leader takes no commands: whoever asked would wait in vain.
    mutating func refuseFailedChanges() {
        guard canRefuse else { return }
        for change in failedChanges { refuse(change, .behind) }
        failedChanges = []
    }

    private mutating func passOn(to leader: NodeID) {
        var arriving: [OwedRead] = []
        var writes: [RequestID] = []
        for waiting in inbox {
            switch waiting {
            case .read(let read): arriving.append(read)
            case .write(let id): writes.append(id)
            }
        }
        inbox = []
        passOn(writes, to: leader)
        takeUp(&arriving)
    }

    private mutating func passOn(_ writes: [RequestID], to leader: NodeID) {
        var message = Forward(commands: [], limit: 0)
        var (bytes, latest) = (0, 0)
        for id in writes {
            let limit = limit(of: id)
            // No leader may append it any more.
            guard lastApplied < limit, let command = owed.request(id)?.command else { continue }
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
            owed.passedOn(id, limit: limit, at: now, retryAfter: raft.timing.retryInterval)
        }
        if !message.commands.isEmpty { outgoing.append(PeerEnvelope(to: leader, .forward(message))) }
    }

    /// The last index at which a copy may be appended. One that comes after this member has forgotten the first would
    /// be carried out twice. Within what the store remembers, beyond what this member had applied without
    /// seeing it when it left for the first time, it cannot.
    private func limit(of id: RequestID) -> Index {
        owed.limit(of: id) ?? lastApplied + limits.forwardReach
    }

    private mutating func takeUp(_ arriving: inout [OwedRead]) {
        guard !arriving.isEmpty else { return }
        raft.read(nextReadID)
        reads.append((nextReadID, arriving))
        nextReadID += 1
        arriving = []
    }

    /// Takes what another member passes on. One that hands over lets its successor have it, which holds it until it
    /// leads. Any other lets it go: the sender says it again when it hears of a leader, or of nothing.
    mutating func receive(_ forward: Forward, from sender: NodeID) {
        if let successor = raft.successor {
            outgoing.append(PeerEnvelope(to: successor, .forward(forward)))
        } else if raft.isSucceeding {
            inheritance.append((forward, sender))
        } else if raft.isLeader {
            place(forward, from: sender)
        }
    }

    /// What came while this member was about to lead: it does by now, or the election is over.
    mutating func takeInheritance() {
        guard !inheritance.isEmpty, !raft.isSucceeding else { return }
        if raft.isLeader { for (forward, sender) in inheritance { place(forward, from: sender) } }
        inheritance = []
    }

    private mutating func place(_ forward: Forward, from sender: NodeID) {
        for command in forward.commands {
            guard raft.log.lastIndex < forward.limit, let request = Request(command),
                store.outcome(of: request.id) == nil
            else { continue }
            _ = place(request)
        }
        raft.expectAnswer(of: sender)
    }
}
