/// Log compaction and InstallSnapshot (§7).
///
/// A snapshot replaces the log up to its position, and contains the whole state of the state machine there. It is sent
/// in pieces, in a window as appends are (SnapshotTransfer.swift), and heartbeats and reads continue meanwhile. The log
/// after a snapshot that is being sent is kept until its receiver has it, within a bound.

/// The text of a snapshot, however it is kept.
package protocol SnapshotSource: Sendable {
    /// In bytes.
    var size: Int { get }
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

/// A snapshot that is arriving.
struct IncomingSnapshot: Sendable {
    var position: LogPosition
    /// The term in which it last came.
    var term: Term
    /// How many bytes have arrived, from the beginning on without a gap.
    var offset = 0
    /// Pieces that arrived out of order, by offset; looked up, never iterated.
    private var early: [Int: (text: String, isLast: Bool)] = [:]
    private var earlyBytes = 0

    init(position: LogPosition, term: Term) {
        self.position = position
        self.term = term
    }

    /// Keeps a piece that arrived before others, if it begins within `bound` bytes of what has arrived: the sender's
    /// window is no larger.
    mutating func hold(_ piece: InstallSnapshot, within bound: Int) {
        guard piece.offset > offset, earlyBytes < bound, early[piece.offset] == nil else { return }
        early[piece.offset] = (piece.data, piece.done)
        earlyBytes += Self.size(of: piece.data)
    }

    /// The next piece in order, if it arrived early.
    mutating func takeNext() -> (text: String, isLast: Bool)? {
        guard let piece = early.removeValue(forKey: offset) else { return nil }
        earlyBytes -= Self.size(of: piece.text)
        return piece
    }

    private static func size(of text: String) -> Int { text.utf8.count + 16 }

    /// See Raft+Fingerprint.swift.
    func mix(into hasher: inout Hasher) {
        hasher.combine(position)
        hasher.combine(term)
        hasher.combine(offset)
        hasher.combine(Set(early.keys))
    }
}

extension Raft {
    // MARK: - Taking

    /// `snapshot` is durable: drops the entries up to it, but for the last `keeping`, which save a member that is only
    /// a little behind from needing the snapshot.
    ///
    /// A leader keeps more for members that answered within `retentionSilence`: all that a member has not acknowledged,
    /// and all after a snapshot that is being sent to one, which would be useless on arrival otherwise. The bound is
    /// `retainedLogBytes` plus the size of the snapshot times the ratio of the windows for appends and for snapshots:
    /// the log grows by no more while the snapshot is sent, at the highest rate at which appends could follow it.
    /// Beyond the bound the log is dropped, and the transfer restarts with the latest snapshot.
    package mutating func compact(_ snapshot: Snapshot, keeping: Int) {
        guard snapshot.position.index <= commitIndex, snapshot.position.index > log.lastIncludedIndex else {
            return
        }
        self.snapshot = snapshot
        let usual = max(snapshot.position.index - keeping, log.lastIncludedIndex)
        forgetLog(upTo: neededIndex(before: usual, snapshotBytes: snapshot.source.size) ?? usual)
        restartTransfers(with: snapshot)
    }

    /// The lowest index before `usual` after which another member still needs the log, within the bound.
    private func neededIndex(before usual: Index, snapshotBytes: Int) -> Index? {
        guard case .leader(let leadership) = role else { return nil }
        let ratio = max(
            settings.limits.appendBytesInFlight / settings.limits.snapshotBytesInFlight, 1)
        let bound = settings.limits.retainedLogBytes + ratio * snapshotBytes
        let needed = leadership.progress.lazy
            .filter { now - $0.lastContact < settings.limits.retentionSilence }
            .map(\.needsLogAfter)
            .filter {
                $0 >= log.lastIncludedIndex && $0 < usual && log.bytes(after: $0, upTo: usual) <= bound
            }
        return needed.min()
    }

    /// A snapshot without log after it would be useless on arrival, so its transfer restarts.
    private mutating func restartTransfers(with snapshot: Snapshot) {
        guard isLeader else { return }
        for slot in leadership.progress.indices {
            guard case .snapshot(let transfer) = leadership.progress[slot].mode,
                transfer.snapshot.position.index < log.lastIncludedIndex
            else { continue }
            leadership.progress[slot].beginSnapshot(snapshot, next: nextMessageID)
        }
    }

    private mutating func forgetLog(upTo index: Index) {
        let base = membership(at: index)
        memberships.removeAll { $0.index <= index }
        memberships.insert((index, base), at: 0)
        log.forget(upTo: index)
    }

    /// The membership in force at `index`, which must not be compacted away.
    package func membership(at index: Index) -> Membership {
        (memberships.last { $0.index <= index } ?? memberships[0]).membership
    }

    // MARK: - Sending

    /// The snapshot to send: one that is being sent to another member already, if the log continues it, so that at most
    /// one is kept beside the latest.
    var snapshotToSend: Snapshot? {
        let travelling = leadership.progress.lazy.compactMap { progress in
            if case .snapshot(let transfer) = progress.mode { transfer.snapshot } else { nil }
        }
        return travelling.first { $0.position.index >= log.lastIncludedIndex } ?? snapshot
    }

    /// Sends the pieces that are due; see `pieceDue`.
    mutating func sendPieces(to slot: Int) {
        while let offset = pieceDue(leadership.progress[slot]) {
            guard case .snapshot(var transfer) = leadership.progress[slot].mode else { return }
            guard let piece = transfer.snapshot.source.piece(at: offset) else {
                leadership.progress[slot].mode = .probe(awaiting: nil)
                return
            }
            let request = InstallSnapshot(
                term: currentTerm, leader: id, lastIncluded: transfer.snapshot.position, offset: offset,
                data: piece.text, done: piece.isLast, lostLog: leadership.progress[slot].lostLogToTell)
            let number = send(.installSnapshot(request), to: leadership.progress[slot].id)
            transfer.left(request, as: number, at: now)
            leadership.progress[slot].mode = .snapshot(transfer)
            leadership.progress[slot].left(number, at: now, interval: timing.heartbeatInterval)
        }
    }

    /// The offset of the piece to send to the member now; nil where there is none.
    func pieceDue(_ progress: Progress) -> Int? {
        guard case .snapshot(let transfer) = progress.mode else { return nil }
        return transfer.overdue(at: now, after: timing.retryInterval, answered: progress.answered)
            ?? transfer.next(at: now, window: settings.limits.snapshotBytesInFlight)
    }

    mutating func receive(_ reply: InstallSnapshotReply, inReplyTo request: MessageID?, from follower: NodeID)
    {
        guard stepDown(ifBehind: reply.term), isLeader, let request, request < nextMessageID,
            let slot = leadership.slot(of: follower)
        else { return }
        hear(slot, request)
        if case .snapshot(var transfer) = leadership.progress[slot].mode {
            if transfer.answered(
                reply, to: request, next: nextMessageID, resumingAt: now + timing.retryInterval)
            {
                leadership.progress[slot].installed(transfer.snapshot.position.index)
            } else {
                leadership.progress[slot].mode = .snapshot(transfer)
            }
        }
        progressed()
    }

    // MARK: - Receiving

    mutating func receive(_ request: InstallSnapshot, id: MessageID?, from leader: NodeID) {
        guard follow(leader, term: request.term, id: id) else {
            return answer(InstallSnapshotReply(term: currentTerm), to: leader, inReplyTo: id)
        }
        if let lost = request.lostLog { learnLostLog(lost, from: leader) }
        // This log is committed further already; going back would undo that.
        guard request.lastIncluded.index > commitIndex else {
            return answer(.whole(request.offset, term: currentTerm), to: leader, inReplyTo: id)
        }
        let isPossible = request.lastIncluded.term >= log.term(at: commitIndex) ?? 0
        if !isPossible {
            noteRefusal(
                of: request.lastIncluded, from: leader, "its term is before that of committed entries")
        }
        if request.offset == 0, replacesIncoming(request) {
            incomingSnapshot = IncomingSnapshot(position: request.lastIncluded, term: request.term)
        }
        // While a complete snapshot waits to be stored, no other begins.
        guard isPossible, pending.replyToken == nil, var incoming = incomingSnapshot,
            incoming.position == request.lastIncluded, incoming.offset == request.offset
        else {
            // Lost, repeated, out of order, or of an older transfer: tell the leader where to continue.
            var held = 0
            if incomingSnapshot?.position == request.lastIncluded {
                let bound = settings.limits.snapshotBytesInFlight
                incomingSnapshot?.hold(request, within: bound)
                held = incomingSnapshot?.offset ?? 0
            }
            let reply = InstallSnapshotReply(term: currentTerm, offset: held, installed: false)
            return answer(reply, to: leader, inReplyTo: id)
        }
        incoming.term = request.term
        var next: (text: String, isLast: Bool)? = (request.data, request.done)
        while let (text, isLast) = next {
            pending.snapshotPieces.append(
                SnapshotPiece(
                    position: incoming.position, offset: incoming.offset, text: text, isLast: isLast))
            incoming.offset += text.utf8.count
            guard !isLast else {
                incomingSnapshot = nil
                pending.replyToken = SnapshotReplyToken(
                    leader: leader, request: id, position: incoming.position, size: incoming.offset)
                return
            }
            next = incoming.takeNext()
        }
        incomingSnapshot = incoming
        let reply = InstallSnapshotReply(term: currentTerm, offset: incoming.offset, installed: false)
        answer(reply, to: leader, inReplyTo: id)
    }

    /// Whether a first piece replaces the snapshot that is arriving. A leader never returns to an older one, so such a
    /// piece is a late copy.
    private func replacesIncoming(_ request: InstallSnapshot) -> Bool {
        guard let incoming = incomingSnapshot else { return true }
        return incoming.position != request.lastIncluded
            && (request.term > incoming.term || request.lastIncluded.index > incoming.position.index)
    }

    /// The snapshot whose last piece was handed out is durable, and the state machine has taken it over.
    package mutating func install(
        _ snapshot: Snapshot, membership: Membership, for replyToken: SnapshotReplyToken
    ) {
        let position = snapshot.position
        precondition(!isLeader, "a leader takes no snapshot over its own log")
        guard position.index > commitIndex else { return }
        self.snapshot = snapshot
        if log.term(at: position.index) == position.term {
            // The log continues the snapshot, and its rest may be acknowledged already (§7).
            forgetLog(upTo: position.index)
        } else {
            log = Log(lastIncludedIndex: position.index, lastIncludedTerm: position.term)
            memberships = [(position.index, membership)]
            durableIndex = position.index
            pending.unstoredFrom = nil
            pending.logReset = position
        }
        memberships[0].membership = membership
        commitIndex = position.index
        lastApplied = position.index
        settleLostLogs()
        note(.installedSnapshot(position))
        releaseReads()
        answer(
            .whole(replyToken.size, term: currentTerm), to: replyToken.leader, inReplyTo: replyToken.request)
    }

    /// The snapshot that arrived is invalid, for this reason: the leader must send it again from the beginning.
    package mutating func refuseSnapshot(for replyToken: SnapshotReplyToken, _ reason: String) {
        noteRefusal(of: replyToken.position, from: replyToken.leader, reason)
        let reply = InstallSnapshotReply(term: currentTerm, offset: 0, installed: false)
        answer(reply, to: replyToken.leader, inReplyTo: replyToken.request)
    }

    private mutating func noteRefusal(of position: LogPosition, from leader: NodeID, _ reason: String) {
        if let refusedSnapshot, refusedSnapshot == (leader, position) { return }
        refusedSnapshot = (leader, position)
        note(.refusedSnapshot(position, from: leader, reason: reason))
    }

    private mutating func answer(_ body: InstallSnapshotReply, to leader: NodeID, inReplyTo id: MessageID?) {
        reply(.installSnapshotReply(body), to: leader, inReplyTo: id)
    }
}
