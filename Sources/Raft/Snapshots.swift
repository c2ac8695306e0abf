/// Log compaction and InstallSnapshot (§7).
///
/// A snapshot stands for the log up to its position, and for all that the state machine remembers there. Its
/// text travels in pieces, each asked for by the answer to the one before, so that heartbeats and reads go
/// on beside it, and what was lost is sent again from where it broke off.

/// The text of a snapshot, however it is kept.
package protocol SnapshotSource: Sendable {
    /// The piece that begins at `offset` bytes, and whether it is the last; nil where none begins there.
    func piece(at offset: Int) -> (text: String, isLast: Bool)?
}

/// A snapshot that this member can send.
package struct Snapshot: Sendable {
    package var position: LogPosition
    package var source: any SnapshotSource

    package init(position: LogPosition, source: any SnapshotSource) {
        self.position = position
        self.source = source
    }
}

/// A snapshot on its way to a member.
struct SnapshotTransfer: Sendable {
    var snapshot: Snapshot
    /// How many bytes the member holds.
    var offset = 0
    /// The piece that is out: the first request that carried it, when the last one left, where the piece ends, and
    /// whether it is the last.
    var sent: (firstRequest: MessageID, at: Microseconds, end: Int, isLast: Bool)?
}

/// A snapshot that is arriving.
struct IncomingSnapshot: Sendable {
    var position: LogPosition
    /// How many bytes of it have come.
    var offset = 0
}

extension Raft {
    // MARK: - Taking

    /// The log up to `snapshot` is in it, durably: forgets those entries, but for the last `keeping`, which
    /// spare a member that is a little behind the whole snapshot.
    package mutating func compact(_ snapshot: Snapshot, keeping: Int) {
        guard snapshot.position.index <= commitIndex, snapshot.position.index > log.baseIndex else { return }
        self.snapshot = snapshot
        forgetLog(upTo: max(snapshot.position.index - keeping, log.baseIndex))
    }

    private mutating func forgetLog(upTo index: Index) {
        let base = membership(at: index)
        memberships.removeAll { $0.index <= index }
        memberships.insert((index, base), at: 0)
        log.forget(upTo: index)
    }

    /// The membership that was in force with the entry at `index`, which the log must not have forgotten.
    package func membership(at index: Index) -> Membership {
        (memberships.last { $0.index <= index } ?? memberships[0]).membership
    }

    // MARK: - Sending

    /// Sends the next piece, or the same again where its answer is overdue.
    mutating func sendSnapshot(to place: Int) {
        guard case .snapshot(var transfer) = leadership.progress[place].mode else { return }
        guard let piece = transfer.snapshot.source.piece(at: transfer.offset) else {
            leadership.progress[place].mode = .probe(awaiting: nil)
            return
        }
        let request = InstallSnapshot(
            term: currentTerm, leader: id, lastIncluded: transfer.snapshot.position, offset: transfer.offset,
            data: piece.text, done: piece.isLast)
        let number = send(.installSnapshot(request), to: leadership.progress[place].id)
        let first = transfer.sent?.firstRequest ?? number
        transfer.sent = (first, now, transfer.offset + piece.text.utf8.count, piece.isLast)
        leadership.progress[place].mode = .snapshot(transfer)
        leadership.progress[place].left(number, at: now)
    }

    func owesSnapshot(_ progress: Progress) -> Bool {
        guard case .snapshot(let transfer) = progress.mode else { return false }
        return transfer.sent.map { now >= $0.at + timing.retryInterval } ?? true
    }

    mutating func receive(_ reply: InstallSnapshotReply, inReplyTo request: MessageID?, from follower: NodeID)
    {
        guard stepDown(ifBehind: reply.term), isLeader, let request, request < nextMessageID,
            let place = leadership.place(of: follower)
        else { return }
        if let sample = leadership.progress[place].heard(request, at: now) { timing.add(roundTrip: sample) }
        // An answer to any copy of the piece will do: where the network is slower than the leader knows, each
        // comes after the piece was sent again.
        if case .snapshot(var transfer) = leadership.progress[place].mode, let sent = transfer.sent,
            request >= sent.firstRequest
        {
            // A plain peer says no more than its term: it has what it was sent.
            transfer.offset = reply.offset ?? sent.end
            // One that wants the snapshot from its beginning, for it lost it or found it wrong, gets it after a while:
            // it may find it wrong for ever.
            if transfer.offset > 0 { transfer.sent = nil }
            if reply.installed ?? sent.isLast {
                leadership.progress[place].installed(transfer.snapshot.position.index)
                advanceCommit()
            } else {
                leadership.progress[place].mode = .snapshot(transfer)
            }
        }
        confirmReads()
        continueTransfer()
        continueChange()
    }

    // MARK: - Receiving

    mutating func receive(_ request: InstallSnapshot, id: MessageID?, from leader: NodeID) {
        guard follow(leader, term: request.term) else {
            return answer(InstallSnapshotReply(term: currentTerm), to: leader, inReplyTo: id)
        }
        // What it stands for is here already; going back would undo what is committed.
        guard request.lastIncluded.index > commitIndex else {
            return answer(.whole(request.offset, term: currentTerm), to: leader, inReplyTo: id)
        }
        let isPossible = request.lastIncluded.term >= log.term(at: commitIndex) ?? 0
        if !isPossible {
            note(
                .impossibleMessage(
                    from: leader, "sends a snapshot of a term before that of committed entries"))
        }
        if incomingSnapshot?.position != request.lastIncluded, request.offset == 0 {
            incomingSnapshot = IncomingSnapshot(position: request.lastIncluded)
        }
        // While one that is whole waits to be stored, no other begins.
        guard isPossible, pending.installer == nil, var incoming = incomingSnapshot,
            incoming.position == request.lastIncluded, incoming.offset == request.offset
        else {
            // Lost, repeated or overtaken, or from an older transfer: say where to go on.
            let held = incomingSnapshot?.position == request.lastIncluded ? incomingSnapshot?.offset : nil
            let reply = InstallSnapshotReply(term: currentTerm, offset: held ?? 0, installed: false)
            return answer(reply, to: leader, inReplyTo: id)
        }
        incoming.offset += request.data.utf8.count
        incomingSnapshot = incoming
        pending.snapshotPieces.append(
            SnapshotPiece(
                position: incoming.position, offset: request.offset, text: request.data, isLast: request.done)
        )
        if request.done {
            incomingSnapshot = nil
            pending.installer = Installer(
                leader: leader, request: id, position: incoming.position, size: incoming.offset)
        } else {
            let reply = InstallSnapshotReply(term: currentTerm, offset: incoming.offset, installed: false)
            answer(reply, to: leader, inReplyTo: id)
        }
    }

    /// The snapshot whose last piece `Ready` handed out is durable, and the state machine has taken it over.
    package mutating func install(_ snapshot: Snapshot, membership: Membership, for installer: Installer) {
        let position = snapshot.position
        guard position.index > commitIndex else { return }
        self.snapshot = snapshot
        if log.term(at: position.index) == position.term {
            // The log goes on from here; what follows may be acknowledged already.
            forgetLog(upTo: position.index)
        } else {
            log = Log(baseIndex: position.index, baseTerm: position.term)
            memberships = [(position.index, membership)]
            durableIndex = position.index
            pending.unstoredFrom = nil
            pending.logReset = position
        }
        memberships[0].membership = membership
        commitIndex = position.index
        pending.handedOut = position.index
        note(.installedSnapshot(position))
        releaseReads()
        answer(.whole(installer.size, term: currentTerm), to: installer.leader, inReplyTo: installer.request)
    }

    /// The snapshot whose last piece came is none: the leader is to begin again.
    package mutating func refuseSnapshot(for installer: Installer) {
        let reply = InstallSnapshotReply(term: currentTerm, offset: 0, installed: false)
        answer(reply, to: installer.leader, inReplyTo: installer.request)
    }

    private mutating func answer(_ body: InstallSnapshotReply, to leader: NodeID, inReplyTo id: MessageID?) {
        reply(.installSnapshotReply(body), to: leader, inReplyTo: id)
    }
}
