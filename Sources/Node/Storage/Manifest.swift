import Consensus

/// What was there at the last clean point: a start must find that, and may find more of the log.
///
/// It is one frame in a file of its own, which is replaced as a whole, and only once all that it names is durable
/// under its name. It decides what belongs to the member: files that it does not name are what a crash left of a
/// beginning or of a removal, and go.
struct Manifest: Hashable, Sendable {
    static let name = "manifest"
    static let part = "manifest.part"

    var node: NodeID
    /// What the latest snapshot stands for; index 0 where there is none.
    var snapshot: LogPosition
    /// The numbers of the segments that make up the log; each in between is one of them.
    var segments: ClosedRange<Int>
    /// How much of the last segment was durable, in bytes.
    var size: Int
    /// The sequence of its last frame then.
    var sequence: UInt64
    /// Term and vote then.
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

    /// - Parameter node: whose it must be; nil is anybody's.
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

    /// Whether the log that was found holds what was there at the clean point.
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

/// A file of another version is refused rather than read as damaged: its bytes mean something else.
func checkVersion(of file: [UInt8], name: String) throws(Damage) {
    guard let version = Frame.version(of: file), version != 2 else { return }
    throw Damage(name, at: 0, "it has format \(version), and this program reads format 2 alone")
}

func checkOwner(_ owner: NodeID, is node: NodeID, of name: String) throws(Damage) {
    // Not equality of strings, for which é and e + ´ are one.
    guard owner.utf8.elementsEqual(node.utf8) else {
        throw Damage(name, at: 0, "it belongs to \(owner), not to \(node)")
    }
}
