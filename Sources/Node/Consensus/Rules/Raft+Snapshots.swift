/// Log compaction and InstallSnapshot (§7).
///
/// A snapshot stands for the log up to its position, and for all that the state machine remembers there. Its
/// text travels in pieces, in a window as appends do (see SnapshotTransfer.swift), and heartbeats and reads go on
/// beside it. The log behind a snapshot that travels stays until its receiver has it, within a bound.

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
    /// How many bytes of it have come, from its beginning on without a gap.
    var offset = 0
    /// Pieces that came before their turn, by where they begin: looked up, never gone through.
    private var early: [Int: (text: String, isLast: Bool)] = [:]
    private var earlyBytes = 0

    init(position: LogPosition, term: Term) {
        self.position = position
        self.term = term
    }

    /// Keeps a piece that has overtaken others, as long as those before it are less than `bound` bytes, as what its
    /// sender leaves out is.
    mutating func hold(_ piece: InstallSnapshot, within bound: Int) {
        guard piece.offset > offset, earlyBytes < bound, early[piece.offset] == nil else { return }
        early[piece.offset] = (piece.data, piece.done)
        earlyBytes += Self.size(of: piece.data)
    }

    /// The piece that is next, where it came early.
    mutating func takeNext() -> (text: String, isLast: Bool)? {
        guard let piece = early.removeValue(forKey: offset) else { return nil }
        earlyBytes -= Self.size(of: piece.text)
        return piece
    }

    private static func size(of text: String) -> Int { text.utf8.count + 16 }
}

extension Raft {
    // MARK: - Taking

    /// The log up to `snapshot` is in it, durably: forgets those entries, but for the last `keeping`, which
    /// spare a member that is a little behind the whole snapshot.
    ///
    /// A leader keeps more for who is further behind: all behind a snapshot that travels, for that would be of no
    /// use once it has arrived; and then, and for every other member, all that it has not acknowledged. It does so
    /// for members that answered within `retentionSilence`, and up to `retainedLogBytes` and as often the
    /// snapshot's size as the window for appends is larger than that for snapshots: so much does the log grow
    /// while the snapshot travels, at the highest rate at which appends could follow it. Beyond that it goes, and
    /// the transfer begins anew with the latest snapshot.
    package mutating func compact(_ snapshot: Snapshot, keeping: Int) {
        guard snapshot.position.index <= commitIndex, snapshot.position.index > log.lastIncludedIndex else {
            return
        }
        self.snapshot = snapshot
        let usual = max(snapshot.position.index - keeping, log.lastIncludedIndex)
        forgetLog(upTo: neededIndex(before: usual, snapshotBytes: snapshot.source.size) ?? usual)
        restartTransfers(with: snapshot)
    }

    /// The lowest index before `usual` behind which another member needs the log, and may have it.
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

    /// What would find no log behind it when it has arrived is not sent to its end.
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

    /// The membership that was in force with the entry at `index`, which the log must not have forgotten.
    package func membership(at index: Index) -> Membership {
        (memberships.last { $0.index <= index } ?? memberships[0]).membership
    }

    // MARK: - Sending

    /// What a member is sent that needs a snapshot: the one that others are being sent, where the log goes on from it,
    /// so that no more than one is kept beside the latest.
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
                data: piece.text, done: piece.isLast)
            let number = send(.installSnapshot(request), to: leadership.progress[slot].id)
            transfer.left(request, as: number, at: now)
            leadership.progress[slot].mode = .snapshot(transfer)
            leadership.progress[slot].left(number, at: now, interval: timing.heartbeatInterval)
        }
    }

    /// Where the piece begins that the member is to be sent now; nil where there is none.
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
                advanceCommit()
            } else {
                leadership.progress[slot].mode = .snapshot(transfer)
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
            noteRefusal(
                of: request.lastIncluded, from: leader, "its term is before that of committed entries")
        }
        if request.offset == 0, replacesIncoming(request) {
            incomingSnapshot = IncomingSnapshot(position: request.lastIncluded, term: request.term)
        }
        // While one that is whole waits to be stored, no other begins.
        guard isPossible, pending.replyToken == nil, var incoming = incomingSnapshot,
            incoming.position == request.lastIncluded, incoming.offset == request.offset
        else {
            // Lost, repeated or overtaken, or from an older transfer: say where to go on.
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

    /// Whether a first piece begins a snapshot in place of the one that is arriving. A leader never goes back to an
    /// older one; what seems so is a late copy.
    private func replacesIncoming(_ request: InstallSnapshot) -> Bool {
        guard let incoming = incomingSnapshot else { return true }
        return incoming.position != request.lastIncluded
            && (request.term > incoming.term || request.lastIncluded.index > incoming.position.index)
    }

    /// The snapshot whose last piece `Ready` handed out is durable, and the state machine has taken it over.
    package mutating func install(
        _ snapshot: Snapshot, membership: Membership, for replyToken: SnapshotReplyToken
    ) {
        let position = snapshot.position
        guard position.index > commitIndex else { return }
        self.snapshot = snapshot
        if log.term(at: position.index) == position.term {
            // The log goes on from here; what follows may be acknowledged already.
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
        pending.handedOut = position.index
        settleLostLogs()
        note(.installedSnapshot(position))
        releaseReads()
        answer(
            .whole(replyToken.size, term: currentTerm), to: replyToken.leader, inReplyTo: replyToken.request)
    }

    /// The snapshot whose last piece came is none, for this reason: the leader is to begin again.
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
