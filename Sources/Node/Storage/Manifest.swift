import Consensus

/// What the directory held at the last clean point. A start must find all of it, and may find a longer log.
///
/// The manifest is one frame in a file of its own. The file is replaced as a whole, and only after all that it names is
/// durable under its name. Files that it does not name are what a crash left of a creation or a removal; a start
/// removes them.
struct Manifest: Hashable, Sendable {
    static let name = "manifest"
    static let part = "manifest.part"

    var node: NodeID
    /// The last entry that the latest snapshot covers; index 0 where there is no snapshot.
    var snapshot: LogPosition
    /// The numbers of the segments of the log, without gaps.
    var segments: ClosedRange<Int>
    /// How many bytes of the last segment were durable.
    var size: Int
    /// The sequence of the last frame in it.
    var sequence: UInt64
    /// Term and vote at that time.
    var hardState: HardState

    func encode() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(node)
        bytes.append(snapshot)
        for number in [segments.lowerBound, segments.upperBound, size, Int(sequence)] {
            bytes.append(littleEndian: Int64(number))
        }
        bytes.append(hardState)
        return Frame.encode(bytes, sequence: 1)
    }

    /// - Parameter node: the expected owner; nil for any.
    static func decode(_ file: [UInt8], node: NodeID?) throws(Damage) -> Manifest {
        guard case .whole(_, let payload) = Frame.find(in: file, at: 0),
            let manifest = decode(payload), file.count == Frame.headerSize + payload.count
        else {
            try checkVersion(of: file, name: name)
            throw Damage(name, at: 0, "it is not as it was written")
        }
        if let node { try checkOwner(manifest.node, is: node, of: name) }
        return manifest
    }

    private static func decode(_ payload: ArraySlice<UInt8>) -> Manifest? {
        var reader = ByteReader(payload)
        guard let node = reader.string(), let snapshot = reader.position(), let first = reader.number(),
            let last = reader.number(), let size = reader.number(), let sequence = reader.number(),
            let state = reader.hardState(), reader.rest.isEmpty, first >= 1, first <= last
        else { return nil }
        return Manifest(
            node: node, snapshot: snapshot, segments: first...last, size: size, sequence: UInt64(sequence),
            hardState: state)
    }

    /// - Throws: where the log that was found holds less than it did at the clean point.
    func check(_ log: Recovery, size found: Int, name: String) throws(Damage) {
        guard log.sequence >= sequence, found >= size else {
            throw Damage(
                name, at: found,
                "it ends after frame \(log.sequence), and it had frame \(sequence) and \(size) bytes")
        }
        let state = log.hardState
        let isLater =
            state.term > hardState.term
            || state.term == hardState.term
                && (hardState.votedFor == nil || state.votedFor == hardState.votedFor)
        guard isLater else {
            throw Damage(
                name, at: found,
                "it ends in term \(state.term), voted for \(state.votedFor ?? "nobody"), and it had"
                    + " term \(hardState.term), voted for \(hardState.votedFor ?? "nobody")")
        }
    }
}

/// Refuses a file of another version by name, because its bytes would look like damage.
func checkVersion(of file: [UInt8], name: String) throws(Damage) {
    guard let version = Frame.version(of: file), version != 2 else { return }
    throw Damage(name, at: 0, "it has format \(version), and this program reads format 2 alone")
}

func checkOwner(_ owner: NodeID, is node: NodeID, of name: String) throws(Damage) {
    guard owner.isSame(as: node) else {
        throw Damage(name, at: 0, "it belongs to \(owner), not to \(node)")
    }
}
