import Consensus
import Dispatch
import Synchronization

/// The clock that gives the member its time.
enum Clock {
    static var now: Microseconds { Int(DispatchTime.now().uptimeNanoseconds / 1000) }
}

/// The node's one timer.
final class DeadlineTimer: Sendable {
    /// Dispatch does not say that its timers may be set from any thread, but they may.
    private nonisolated(unsafe) let timer: any DispatchSourceTimer
    /// When it fires next.
    private let due = Atomic(Microseconds.max)

    init() {
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "alarm", qos: .userInteractive))
    }

    /// - Parameter ring: called on the timer's own queue.
    func start(_ ring: @escaping @Sendable () -> Void) {
        timer.setEventHandler { [self] in
            due.store(.max, ordering: .sequentiallyConsistent)
            ring()
        }
        timer.activate()
    }

    /// Makes sure that the timer fires by `deadline`. It may fire sooner: the deadline moves with nearly every message,
    /// and setting a timer costs more than firing early now and then.
    func set(_ deadline: Microseconds?) {
        guard let deadline, deadline < due.load(ordering: .sequentiallyConsistent) else { return }
        due.store(deadline, ordering: .sequentiallyConsistent)
        timer.schedule(deadline: DispatchTime(uptimeNanoseconds: UInt64(max(deadline, 1)) * 1000))
    }
}
