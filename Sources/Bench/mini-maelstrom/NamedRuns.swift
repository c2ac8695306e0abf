extension RunFile {
    /// The runs that work in any folder: copies of the files in `maelstrom-runs/`, which a test compares.
    static let builtIn = [
        "crash": """
        # Cuts, kills and pauses in any mix, with disks: no acknowledged write is lost.
        -w lin-kv
        --bin .build/release/raft-kv
        --node-count 5
        --concurrency 4n
        --rate 100
        --time-limit 60
        --latency 10
        --nemesis partition,kill,pause
        --nemesis-interval 3
        -- --data-dir {dir}

        """,
        "everything": """
        # Cuts, kills, pauses, loss, duplication, membership changes and leadership transfers together.
        -w lin-kv
        --bin .build/release/raft-kv
        --node-count 5
        --concurrency 4n
        --rate 100
        --time-limit 60
        --latency 10
        --nemesis partition,kill,pause,loss,duplicate,membership,transfer
        --nemesis-interval 3
        -- --data-dir {dir}

        """,
        "hello": """
        # A healthy cluster of three: every request is answered within a millisecond or two.
        -w lin-kv
        --bin .build/release/raft-kv
        --node-count 3
        --concurrency 4n
        --rate 100
        --time-limit 10

        """,
        "lossy": """
        # A tenth of the messages lost, a tenth duplicated, and some overtaken: each request still takes effect once.
        -w lin-kv
        --bin .build/release/raft-kv
        --node-count 5
        --concurrency 4n
        --rate 100
        --time-limit 60
        --latency 10
        --latency-dist exponential
        --nemesis loss,duplicate
        --nemesis-interval 5
        --p-loss 0.1
        --p-duplicate 0.1

        """,
        "partition": """
        # Five nodes with all of Jepsen's partitions: no stale read, and a majority that is connected serves.
        -w lin-kv
        --bin .build/release/raft-kv
        --node-count 5
        --concurrency 4n
        --rate 100
        --time-limit 60
        --latency 10
        --nemesis partition
        --nemesis-interval 3

        """,
        "ring": """
        # A majorities ring: every node hears another majority, and still one stable leader is elected.
        -w lin-kv
        --bin .build/release/raft-kv
        --node-count 5
        --concurrency 4n
        --rate 100
        --time-limit 60
        --latency 10
        --nemesis partition
        --nemesis-interval 3
        --partitions majorities-ring

        """,
        "slow": """
        # Links of 100 ms on average, half a second at times: messages overtake each other, and no leader is deposed.
        -w lin-kv
        --bin .build/release/raft-kv
        --node-count 3
        --concurrency 4n
        --rate 50
        --time-limit 60
        --latency 100
        --latency-dist exponential

        """,
        "transactions": """
        # Transactions on lists through cuts, kills and pauses: strictly serializable, none in part, none twice.
        -w txn-list-append
        --bin .build/release/raft-kv
        --node-count 5
        --concurrency 4n
        --rate 100
        --time-limit 60
        --latency 10
        --nemesis partition,kill,pause
        --nemesis-interval 3
        -- --data-dir {dir}

        """,
    ]
}
