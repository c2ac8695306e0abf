import Consensus
import Dispatch
import Synchronization

/// The clock that the member's time is taken from.
enum Clock {
    static var now: Microseconds { Int(DispatchTime.now().uptimeNanoseconds / 1000) }
}

/// The one timer.
final class DeadlineTimer: Sendable {
    /// Dispatch does not say that its timers may be set from any thread, but they may.
    private nonisolated(unsafe) let timer: any DispatchSourceTimer
    /// When it rings next.
    private let due = Atomic(Microseconds.max)

    init() {
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "alarm", qos: .userInteractive))
    }

    /// - Parameter ring: called on the alarm's own queue.
    func start(_ ring: @escaping @Sendable () -> Void) {
        timer.setEventHandler { [self] in
            due.store(.max, ordering: .sequentiallyConsistent)
            ring()
        }
        timer.activate()
    }

    /// Makes sure that it rings by `deadline`. It may ring sooner: a deadline moves with nearly every message,
    /// and to set a timer costs more than to let it ring in vain now and then.
    func set(_ deadline: Microseconds?) {
        guard let deadline, deadline < due.load(ordering: .sequentiallyConsistent) else { return }
        due.store(deadline, ordering: .sequentiallyConsistent)
        timer.schedule(deadline: DispatchTime(uptimeNanoseconds: UInt64(max(deadline, 1)) * 1000))
    }
}
