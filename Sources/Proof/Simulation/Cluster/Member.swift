import Consensus
import KeyValue
import Storage

/// A member, its machine, and what the checks know of it.
final class Member {
    enum Input {
        case message(from: Int, PeerMessage)
        case request(ClientRequest)
    }

    enum Activity {
        case idle
        /// The disk is storing this update; the member takes no input.
        case storing(StorageUpdate)
        /// A slow machine is still busy with its last turn.
        case busy
    }

    let index: Int
    let id: NodeID
    /// Its disk while it is down.
    var disk = SimulatedDisk()
    /// What its disk must hold.
    var stored = Stored()
    /// What its disk may hold at the next start, after a crash in the middle of a store.
    private var possible = [Stored()]
    /// The highest term that it ever stored.
    var storedTerm: Term = 0
    var clock: Clock
    /// Nil while it is down.
    var run: MemberProcess?
    /// The number of its starts and ends, so that events for an earlier life can be ignored.
    var life = 0
    var activity = Activity.idle
    var isPaused = false
    /// Whether a store completed while it was paused.
    var isStoreDone = false
    /// The longest duration of a turn.
    var slowness: Microseconds = 0
    /// The longest duration of a store on a slow disk; 0 if the disk is not slow.
    var diskSlowness: Microseconds = 0
    /// Whether its disk was damaged: its next start may find that.
    var isDamaged = false
    /// Whether it ended because its data is damaged. It stays down.
    var isDownForGood = false
    /// An earlier copy of its disk.
    var copy: (disk: SimulatedDisk, stored: Stored)?
    /// Whether it got SIGTERM.
    var isEnding = false
    var inbox: [Input] = []
    /// When its timer fires next.
    var timer: Microseconds?
    /// The rounds of the current turn.
    var rounds = TurnRounds(most: Limits().roundsPerTurn)
    /// The requests that it put into its log in a term that it led, and where.
    var proposed: (term: Term, indexes: [RequestID: Index]) = (0, [:])
    /// The number of turns that its timer began at the same time, `lastRing`, since one took a piece of a snapshot.
    var idleTurns = 0
    var lastRing: Microseconds?
    /// What the last check saw in this life.
    var seen = Observation()
    /// The term that it led before its current round.
    var ledBefore: Term?
    /// The hellos that it sent in this life.
    var hellos = HelloCount(since: 0)
    /// The appends received in this turn, to check acknowledgements against.
    var appends: [(from: Int, number: MessageID, lastIndex: Index)] = []

    init(index: Int, clock: Clock) {
        self.index = index
        id = "n\(index)"
        self.clock = clock
    }

    var isAlive: Bool { run != nil }

    /// Whether it can take input now.
    var isListening: Bool {
        guard run != nil, !isPaused, case .idle = activity else { return false }
        return true
    }

    /// Starts the member from its disk.
    /// - Throws: `Damage` or `DiskError`, if the data is damaged or the disk fails.
    func start(
        _ settings: Raft.Settings, segmentSize: Int, areCanonical: @escaping ValueCheck, at time: Microseconds
    ) throws {
        let mirror = disk.mayFail ? DiskMirror() : nil
        disk.mirror = mirror
        let (storage, found): (MemberStorage<SimulatedDisk>, MemberStorage<SimulatedDisk>.Found)
        do {
            (storage, found) = try MemberStorage.open(
                on: disk, node: id, initialVoters: settings.voters, segmentSize: segmentSize)
        } catch {
            // The changes of the failed start stay.
            disk = mirror?.seen ?? disk
            disk.mend()
            throw error
        }
        life += 1
        let replica = Replica(
            settings: settings, stored: found.state, areCanonical: areCanonical, now: clock.reading(at: time))
        run = MemberProcess(replica: replica, storage: storage)
        hellos = HelloCount(since: clock.reading(at: time))
        run?.storage.disk.mend()
        isDamaged = false
        let base = found.state.log.lastIncludedIndex
        seen = Observation(term: found.state.hardState.term, commitIndex: base, lastApplied: base)
        ledBefore = nil
        let differences = possible.map { $0.difference(from: found.state) }
        if !differences.contains(nil) {
            throw Breach(.durability, "\(id) reads from its disk \(differences.compactMap { $0 })")
        }
        stored = Stored(found.state)
        activity = .idle
        isPaused = false
        isStoreDone = false
        isEnding = false
        timer = nil
        inbox.removeAll(keepingCapacity: true)
        appends.removeAll(keepingCapacity: true)
    }

    func store(_ update: StorageUpdate) throws {
        try run?.storage.store(update)
        stored.store(update)
    }

    /// The disk failed to store `update`, so the process ends with 74. The page cache keeps what was written.
    func end(storing update: StorageUpdate) {
        possible = stored.steps(of: update)
        disk = run?.storage.disk ?? disk
        disk.mend()
        run = nil
        life += 1
    }

    /// Stops the member at once.
    /// - Parameters:
    ///   - calls: how many more disk calls succeed, if a store is under way.
    ///   - losesPower: whether unsynced data is lost. The end of a process alone loses nothing.
    func crash(afterDiskCalls calls: Int, losesPower: Bool, using generator: inout SeededGenerator) {
        if case .storing(let update) = activity {
            run?.storage.disk.failure = nil
            run?.storage.disk.callsUntilFailure = calls
            let steps = stored.steps(of: update)
            possible = (try? store(update)) == nil ? steps : [stored]
        } else {
            possible = [stored]
        }
        disk = run?.storage.disk ?? disk
        disk.mend()
        if losesPower { disk.crash(using: &generator) }
        run = nil
        life += 1
    }

    /// Replaces the disk of a member that is down.
    func replaceDisk(by disk: SimulatedDisk, holding content: Stored) {
        self.disk = disk
        stored = content
        possible = [content]
        storedTerm = content.hardState.term
    }

    /// The index of a member from its id, as `Member.init` makes it.
    static func index(of id: NodeID) -> Int {
        id.utf8.dropFirst().reduce(0) { 10 * $0 + Int($1) - 48 }
    }
}
