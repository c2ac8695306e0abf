import Consensus
import Detours
import KeyValue

/// What a member has told of who hears whom, in a second or so of its clock.
struct HelloCount {
    var since: Microseconds
    var count = 0
    /// The shortest window that it had meanwhile.
    var window: Microseconds = .max
}

/// What detours cost, against the bound that they state.
extension Simulation {
    /// How long one count goes on.
    private static let span: Microseconds = 1_000_000

    func checkCost(_ message: PeerMessage, from member: Member) throws {
        guard case .hello(let hello) = message, let window = member.run?.timing.silence else { return }
        let ids = hello.own.missed.count + 1 + hello.others.reduce(0) { $0 + 1 + $1.missed.count }
        if ids > Detours.mostIDsPerHello(members: scenario.members) {
            throw Breach(.cost, "\(member.id) names \(ids) members in one message")
        }
        let now = member.clock.reading(at: time)
        if now - member.hellos.since >= Self.span { member.hellos = HelloCount(since: now) }
        member.hellos.window = min(member.hellos.window, window)
        member.hellos.count += 1
        let span = now - member.hellos.since
        let most = Detours.mostHellos(in: span, window: member.hellos.window)
        if member.hellos.count > most {
            throw Breach(
                .cost,
                "\(member.id) tells who hears whom \(member.hellos.count) times in \(span) us, not \(most)")
        }
    }
}
