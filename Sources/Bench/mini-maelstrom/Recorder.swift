import Linearizability
import Serializability

/// Records the history for the checker and for people.
struct Recorder {
    private(set) var history = RunHistory()
    /// Instead of `history`, where the workload is one of transactions.
    private(set) var transactions = TransactionHistory()
    /// Whether their keys are lists, and not registers.
    private var isOfLists = false
    /// The time of each event, in nanoseconds since the start.
    private var times: [UInt64] = []
    /// The node that each event's request went to; of a completion, -1.
    private var nodes: [Int] = []
    private var errors: [Int: ErrorReason] = [:]
    /// The nemesis's operations, each after how many events.
    private var acts: [(event: Int, time: UInt64, text: String)] = []
    private let isOn: Bool

    init(isOn: Bool) { self.isOn = isOn }

    mutating func invoke(_ request: Request, process: Int, node: Int = 0, at time: UInt64) {
        guard isOn else { return }
        if let action = action(request) {
            append(RunEvent(process: process, kind: .invoke, key: request.key, action: action), time)
        } else {
            isOfLists = request.isOfLists
            append(.init(process: process, kind: .invoke, operations: request.operations), time)
        }
        nodes[nodes.count - 1] = node
    }

    mutating func complete(_ completion: Clients.Completion, at time: UInt64) {
        guard isOn else { return }
        let request = completion.request
        guard var action = action(request) else { return completeTransaction(completion, at: time) }
        let kind: RunEvent.Kind
        switch completion.outcome {
        case .committed: kind = .ok
        case .ok(let value):
            kind = .ok
            if request.kind == .read { action = .read(value) }
        case .failed(.code(20, _)) where request.kind == .read:
            // Maelstrom ignores such a read, and so misses the loss of a key.
            kind = .ok
        case .failed(let reason):
            kind = .fail
            errors[times.count] = reason
        case .unknown(let reason):
            kind = .info
            errors[times.count] = reason
        }
        append(RunEvent(process: completion.process, kind: kind, key: request.key, action: action), time)
    }

    private mutating func completeTransaction(_ completion: Clients.Completion, at time: UInt64) {
        var event = TransactionHistory.Event(
            process: completion.process, kind: .ok, operations: completion.request.operations)
        switch completion.outcome {
        case .committed(let operations): event.operations = operations
        case .ok: break
        case .failed: event.kind = .fail
        case .unknown: event.kind = .info
        }
        errors[times.count] = completion.outcome.reason
        append(event, time)
    }

    /// Records an operation of the nemesis.
    mutating func note(_ text: String, at time: UInt64) {
        acts.append((times.count, time, text))
    }

    /// The time of an event, in milliseconds since the start.
    func milliseconds(_ event: Int) -> Double { Report.milliseconds(times[event]) }

    /// Where the events stand in the text.
    func places(_ names: NodeNames) -> EventPlaces {
        var act = 0
        var places = EventPlaces()
        for index in times.indices {
            while act < acts.count, acts[act].event <= index { act += 1 }
            places.lines.append(index + act + 1)
            places.times.append(String(Recorder.seconds(times[index]).dropLast(3)))
            places.nodes.append(nodes[index] < 0 ? nil : names[nodes[index]])
        }
        return places
    }

    /// The history as text.
    func text() -> [UInt8] {
        var result: [UInt8] = []
        var nextAct = 0
        for index in 0...times.count {
            while nextAct < acts.count, acts[nextAct].event == index {
                result.append(
                    "\(Recorder.seconds(acts[nextAct].time))\t:nemesis\t:info\t\(acts[nextAct].text)\n")
                nextAct += 1
            }
            guard index < times.count else { break }
            let seconds = Recorder.seconds(times[index])
            let line =
                history.events.isEmpty
                ? HistoryText.line(
                    transactions.events[index], isOfLists: isOfLists, seconds: seconds, error: errors[index])
                : HistoryText.line(history.events[index], seconds: seconds, error: errors[index])
            result.append(line + "\n")
        }
        return result
    }

    private mutating func append(_ event: RunEvent, _ time: UInt64) {
        history.append(event)
        times.append(time)
        nodes.append(-1)
    }

    private mutating func append(_ event: TransactionHistory.Event, _ time: UInt64) {
        transactions.append(event)
        times.append(time)
        nodes.append(-1)
    }

    /// Nil for a transaction.
    private func action(_ request: Request) -> Action<RegisterValue>? {
        switch request.kind {
        case .read: .read(nil)
        case .write: .write(.integer(request.value))
        case .cas: .compareAndSet(from: .integer(request.value), to: .integer(request.newValue))
        case .txn: nil
        }
    }

    /// With six decimals.
    private static func seconds(_ nanoseconds: UInt64) -> String {
        let fraction = String(nanoseconds / 1000 % 1_000_000)
        return
            "\(nanoseconds / 1_000_000_000).\(String(repeating: "0", count: 6 - fraction.count))\(fraction)"
    }
}
