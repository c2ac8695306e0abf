import Consensus
import KeyValue
import StoryPage

/// Records the last steps of a run, for a page that plays them. A step is what one event of the queue leads to.
///
/// A run is repeated for it, as a seed always gives the same: once to count its events, and once to record the last.
package final class StoryRecorder {
    /// How many of the latest entries of a log are shown.
    private static let latestEntries = 10

    private let scenario: Scenario
    /// The event after which it records.
    private let first: Int
    private let most: Int
    private var isRecording = false
    private var steps: [StoryPage.Step] = []
    private var messages: [StoryPage.Message] = []
    /// The messages on their way, by their slots in the network.
    private var travelling: [Int: Int] = [:]
    private var parts: [String] = []
    private var actor: Int?
    private var views: [MemberView]

    /// - Parameters:
    ///   - events: how many the run has.
    ///   - most: how many steps the page has at most.
    package init(_ scenario: Scenario, events: Int, most: Int) {
        self.scenario = scenario
        self.most = most
        // Not all events are steps.
        first = max(0, events - 5 * most)
        views = (0..<scenario.members).map { MemberView(unseen: "n\($0)") }
    }

    func begin(event: Int) {
        isRecording = event > first
    }

    /// Something that happens in this step: the first says whose it is.
    func say(_ text: @autoclosure () -> String, _ member: Int?) {
        guard isRecording else { return }
        if parts.isEmpty { actor = member }
        let name = member.map { "n\($0)" } ?? "all"
        let subject = parts.isEmpty || member != actor ? name + " " : ""
        parts.append(subject + text().prefix(240))
    }

    func leaves(_ packet: Network.Packet, in slot: Int?, isCopy: Bool) {
        guard isRecording else { return }
        if !isCopy {
            messages.append(
                StoryPage.Message(
                    from: packet.from, to: packet.to, label: packet.message.label, left: steps.count))
        }
        if let slot { travelling[slot] = messages.count - 1 }
    }

    func arrives(_ packet: Network.Packet, from slot: Int, isDropped: Bool) {
        guard isRecording else { return }
        let known = travelling.removeValue(forKey: slot)
        guard !isDropped else { return }
        let place = known ?? messages.count
        if known == nil {
            messages.append(
                StoryPage.Message(from: packet.from, to: packet.to, label: packet.message.label, left: -1))
        }
        messages[place].arrives.append(steps.count)
        say("receives \(packet.message.label) from n\(packet.from)", packet.to)
    }

    func end(at time: Microseconds, _ members: [Member], broken: String? = nil) {
        guard isRecording else { return }
        defer { parts = [] }
        if parts.isEmpty, broken == nil { return }
        for member in members {
            if let raft = member.run?.raft {
                views[member.index] = MemberView(raft, latest: Self.latestEntries)
            } else {
                views[member.index].role = "down"
            }
        }
        steps.append(
            StoryPage.Step(
                sentence: parts.isEmpty ? "The run ends" : parts.joined(separator: "; "), actor: actor,
                members: views, broken: broken, time: EventTrace.seconds(time)))
    }

    /// The last steps, once the run is over.
    package func page(_ report: Report) -> StoryPage {
        for place in travelling.values { messages[place].arrives.append(steps.count) }
        let dropped = max(0, steps.count - most)
        let kept = messages.compactMap { message -> StoryPage.Message? in
            var moved = message
            moved.left = max(-1, message.left - dropped)
            moved.arrives = message.arrives.map { $0 - dropped }.filter { $0 >= 0 }
            return moved.left < 0 && moved.arrives.isEmpty ? nil : moved
        }
        let outcome = report.violation.map { "\($0.property.rawValue) is broken" } ?? "nothing is broken"
        return StoryPage(
            title: "Seed \(scenario.seed): \(outcome)",
            about:
                "The last \(steps.count - dropped) steps, with \(views.count) member\(views.count == 1 ? "" : "s")",
            steps: Array(steps[dropped...]), messages: kept)
    }
}

extension PeerMessage {
    fileprivate var label: String {
        switch self {
        case .raft(let message): message.body.label
        case .forward(let forward): "forwards \(forward.requests.count)"
        case .transfer(let request): "transfer to \(request.target)"
        case .hello: "hello"
        case .relay(let relay): "relay: \(relay.message.label)"
        }
    }
}
