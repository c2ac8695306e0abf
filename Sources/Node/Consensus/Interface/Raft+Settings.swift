extension Raft {
    /// What a member must know before it starts.
    package struct Settings: Sendable {
        package var id: NodeID
        /// All members of the cluster, voters or not, this one included; sorted.
        package let members: [NodeID]
        /// The voters of a cluster whose log is empty.
        package var voters: [NodeID]
        package var timing: Timing
        /// Seeds the draws of election timeouts.
        package var seed: UInt64
        /// Whether what is to be stored counts as durable at once: for a member that keeps nothing on a disk, and
        /// is never started again.
        package var isInMemory = false
        package var limits = Limits()

        package init(
            id: NodeID, members: [NodeID], voters: [NodeID]? = nil, timing: Timing = Timing(), seed: UInt64
        ) {
            self.id = id
            self.members = members.inOrder
            self.voters = voters ?? members
            self.timing = timing
            self.seed = seed
        }
    }
}
