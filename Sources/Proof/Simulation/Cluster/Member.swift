import Consensus
import KeyValue
import Storage

/// A member, its machine, and what was last seen of it.
final class Member {
    enum Input {
        case message(from: Int, PeerMessage)
        case request(ClientRequest)
        case transfer(to: NodeID, client: String, messageID: Int?)
    }

    enum Activity {
        case idle
        /// Its disk is at work on this; nothing is taken in meanwhile.
        case storing(StorageUpdate)
        /// A slow machine is still at its last turn.
        case busy
    }

    let index: Int
    let id: NodeID
    /// Its files, while it is down.
    var disk = SimulatedDisk()
    /// What its files must hold.
    var stored = Stored()
    /// What they may hold, where a crash came in the middle of a store, when it starts again.
    private var possible = [Stored()]
    /// The highest term that it ever stored.
    var storedTerm: Term = 0
    var clock: Clock
    /// Nil while it is down.
    var run: Run?
    /// Counts its starts and ends, so that what was meant for an earlier life is known.
    var life = 0
    var activity = Activity.idle
    var isPaused = false
    /// Whether its disk was done while it was paused.
    var isStoreDone = false
    /// The longest that one of its turns takes.
    var slowness: Microseconds = 0
    /// The longest that one of its stores takes while its disk is slow; 0 where it is not.
    var diskSlowness: Microseconds = 0
    /// Whether somebody did harm to what its disk holds: its next start may find that.
    var isHarmed = false
    /// Whether it has said that its data is damaged: it stays down, and nobody starts it without them.
    var isOut = false
    /// What its files held once, and what that was.
    var copy: (disk: SimulatedDisk, stored: Stored)?
    /// Set where it was told to end.
    var isEnding = false
    var inbox: [Input] = []
    /// When its timer rings next.
    var timer: Microseconds?
    /// How often it has asked for something to be done in this turn.
    var rounds = TurnRounds(most: Limits().roundsPerTurn)
    /// Turns that its timer began at one time, `lastRing`.
    var idleTurns = 0
    var lastRing: Microseconds = -1
    /// What the last check saw, in this life.
    var seen = Sight()
    /// The term that it led when its last round began.
    var ledBefore: Term?
    /// What it has told of who hears whom, in this life.
    var hellos = HelloCount(since: 0)
    /// The appends that this turn took in, to be held against the answers.
    var appends: [(from: Int, number: MessageID, lastIndex: Index)] = []

    init(index: Int, clock: Clock) {
        self.index = index
        id = "n\(index)"
        self.clock = clock
    }

    var isAlive: Bool { run != nil }

    /// Whether it could take something in now.
    var isListening: Bool {
        guard run != nil, !isPaused, case .idle = activity else { return false }
        return true
    }

    /// Starts it from what its disk holds.
    /// - Throws: `StorageError` where that is damaged, or the disk fails.
    func start(_ settings: Raft.Settings, segmentSize: Int, at time: Microseconds) throws {
        let mirror = disk.mayFail ? DiskMirror() : nil
        disk.mirror = mirror
        let (storage, found): (MemberStorage<SimulatedDisk>, MemberStorage<SimulatedDisk>.Found)
        do {
            (storage, found) = try MemberStorage.open(
                on: disk, node: id, initialVoters: settings.voters, segmentSize: segmentSize)
        } catch {
            // What the start has changed until then stays changed.
            disk = mirror?.seen ?? disk
            disk.mend()
            throw error
        }
        life += 1
        let replica = Replica(
            settings: settings, stored: found.state, now: clock.reading(at: time))
        run = Run(replica: replica, storage: storage)
        hellos = HelloCount(since: clock.reading(at: time))
        run?.storage.disk.mend()
        isHarmed = false
        let base = found.state.log.lastIncludedIndex
        seen = Sight(term: found.state.hardState.term, commitIndex: base, lastApplied: base)
        ledBefore = nil
        let differences = possible.map { $0.difference(from: found.state) }
        if !differences.contains(nil) {
            throw Breach(.durability, "\(id) finds on its disk \(differences.compactMap { $0 })")
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

    /// Its disk did not store `update`, and so it ends with 74. The system keeps what was written until then.
    func end(storing update: StorageUpdate) {
        possible = stored.steps(of: update)
        disk = run?.storage.disk ?? disk
        disk.mend()
        run = nil
        life += 1
    }

    /// Stops it at once.
    /// - Parameters:
    ///   - calls: how many calls its disk still does, where it is at work.
    ///   - losesPower: whether the disk loses what was not synced; a process that ends loses nothing.
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

    /// Its files, while it is down, are others, and hold `content`.
    func replaceDisk(by disk: SimulatedDisk, holding content: Stored) {
        self.disk = disk
        stored = content
        possible = [content]
        storedTerm = content.hardState.term
    }

    /// The place of a member that is named as `Member.init` names them.
    static func index(of id: NodeID) -> Int {
        id.utf8.dropFirst().reduce(0) { 10 * $0 + Int($1) - 48 }
    }
}
