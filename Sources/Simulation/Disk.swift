import Raft

/// What a member's disk holds: term, vote and log, as `Ready` says that they are stored.
package struct Disk: Sendable {
    package private(set) var hardState = HardState()
    package private(set) var log = Log()

    package init() {}

    /// How much of what was being stored a crash leaves.
    package enum Remains: Sendable {
        case nothing
        case everything
        /// Term and vote, and this many of the entries.
        case prefix(Int)
    }

    package mutating func store(_ ready: Ready) {
        if let state = ready.hardState { hardState = state }
        guard let start = ready.entriesStart else { return }
        if start <= log.lastIndex { log.truncate(from: start) }
        log.append(contentsOf: ready.entries)
    }

    /// The machine stopped while `ready` was being stored.
    package mutating func crash(storing ready: Ready, leaving remains: Remains) {
        switch remains {
        case .nothing: break
        case .everything: store(ready)
        case .prefix(let count):
            var part = ready
            part.entries = ready.entries.prefix(count)
            store(part)
        }
    }
}
