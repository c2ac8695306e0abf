import Consensus
import Detours
import KeyValue

/// Counts a member's hellos in a second of its clock.
struct HelloCount {
    var since: Microseconds
    var count = 0
    /// The shortest silence window of the member in that time.
    var window: Microseconds = .max
}

/// Checks the cost of detours against the bounds that `Detours` states.
extension Simulation {
    /// The duration of one count.
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
        let most = Detours.mostHellos(
            in: span, window: member.hellos.window, members: scenario.members)
        if member.hellos.count > most {
            throw Breach(
                .cost,
                "\(member.id) sends \(member.hellos.count) hellos in \(span) us, more than \(most)")
        }
    }
}
