import Foundation
import Platform

/// What is shown of a cluster at a moment. Times are in milliseconds since the start.
struct PlayPicture: Encodable, Sendable {
    struct Message: Encodable, Sendable {
        enum Fate: String, Encodable, Sendable {
            case flying, arrived, lost
        }

        var number: Int
        var from: Int
        var to: Int
        var label: String
        var isQuiet: Bool
        var sent: Double
        var arrives: Double
        var fate = Fate.flying
    }

    /// A sentence about what happened.
    struct Note: Encodable, Sendable {
        enum Kind: String, Encodable, Sendable {
            /// A member changed its role or its process.
            case member
            /// A person did or asked something.
            case person
            /// An answer to a request.
            case answer
            /// Something that is wrong.
            case trouble
        }

        var number: Int
        var time: Double
        var kind: Kind
        var text: String
    }

    /// How long a message stays in the picture after it arrived, in milliseconds.
    static let afterglow = 700.0
    private static let mostNotes = 400

    var title: String
    var now = 0.0
    var members: [PlayMember]
    /// Those under way, and those that have just arrived.
    var messages: [Message] = []
    var notes: [Note] = []
    /// Pairs of nodes, of which the second does not hear the first.
    var cuts: [[Int]] = []
    var latency = 0.0
    var speed = 1.0
    private var count = 0

    init(title: String, members: [PlayMember]) {
        (self.title, self.members) = (title, members)
    }

    private enum CodingKeys: String, CodingKey {
        case title, now, members, messages, notes, cuts, latency, speed
    }

    mutating func note(_ kind: Note.Kind, _ text: String) {
        notes.append(Note(number: count, time: now, kind: kind, text: text))
        count += 1
        if notes.count > Self.mostNotes { notes.removeFirst() }
    }

    mutating func end(_ number: Int, _ fate: Message.Fate) {
        guard let place = messages.firstIndex(where: { $0.number == number }) else { return }
        messages[place].fate = fate
        messages[place].arrives = now
    }

    /// Forgets what has been seen long enough.
    mutating func tidy() {
        messages.removeAll { $0.fate != .flying && $0.arrives + Self.afterglow < now }
    }

    /// As JSON, with the notes from a number on.
    func json(from note: Int) -> [UInt8] {
        var picture = self
        picture.notes = notes.filter { $0.number >= note }
        return (try? JSONEncoder().encode(picture)).map(Array.init) ?? []
    }
}

/// What the loop of the cluster and the thread of the server share.
final class PlayDesk: @unchecked Sendable {
    private let lock = NSLock()
    private var picture: PlayPicture
    private var commands: [PlayCommand] = []
    private let writing: Int32
    /// Becomes readable once there are commands.
    let descriptor: Int32

    init(_ picture: PlayPicture) {
        self.picture = picture
        let ends = closedOnSpawn()
        (descriptor, writing) = (ends.reading, ends.writing)
    }

    func show(_ picture: PlayPicture) { lock.withLock { self.picture = picture } }

    var shown: PlayPicture { lock.withLock { picture } }

    func give(_ command: PlayCommand) {
        lock.withLock { commands.append(command) }
        var byte: UInt8 = 0
        _ = write(writing, &byte, 1)
    }

    /// Takes the commands; to be called where the descriptor is readable.
    func take() -> [PlayCommand] {
        var bytes = [UInt8](repeating: 0, count: 64)
        _ = read(descriptor, &bytes, bytes.count)
        return lock.withLock {
            defer { commands = [] }
            return commands
        }
    }
}
