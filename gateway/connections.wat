;; Counts the open connections of each client address and hangs up on one too many: Envoy limits only all together.
;; The counts are shared by all of Envoy's threads. An address counts under a hash of 16 bits, so that there is an end
;; to what strangers can make the gateway remember. `make gateway-filter` assembles it; the limit is its configuration.
(module
  (import "env" "proxy_get_property" (func $get_property (param i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_get_shared_data" (func $get_shared (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_set_shared_data" (func $set_shared (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_get_buffer_bytes" (func $get_buffer (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_close_stream" (func $close (param i32) (result i32)))

  (memory (export "memory") 2)
  ;; The name of the property, and room for what the host gives back.
  (data (i32.const 0) "source\00address")
  (global $pointer i32 (i32.const 64))
  (global $size i32 (i32.const 68))
  (global $version i32 (i32.const 72))
  (global $key i32 (i32.const 76))
  (global $count i32 (i32.const 80))
  ;; Where the host's next answer goes; each question begins anew.
  (global $scratch (mut i32) (i32.const 1024))
  (global $limit (mut i32) (i32.const 0))

  (func $forget (global.set $scratch (i32.const 1024)))

  ;; Writes the key of this connection's client, FNV-1a of the address without the port; 0 when there is none.
  (func $find_key (result i32)
    (local $at i32) (local $end i32) (local $hash i32)
    (call $forget)
    (if (call $get_property (i32.const 0) (i32.const 14) (global.get $pointer) (global.get $size))
      (then (return (i32.const 0))))
    (local.set $at (i32.load (global.get $pointer)))
    (local.set $end (i32.add (local.get $at) (i32.load (global.get $size))))
    (block $found
      (loop $back
        (br_if $found (i32.le_u (local.get $end) (local.get $at)))
        (local.set $end (i32.sub (local.get $end) (i32.const 1)))
        (br_if $found (i32.eq (i32.load8_u (local.get $end)) (i32.const 58))) ;; the colon before the port
        (br $back)))
    (local.set $hash (i32.const 0x811c9dc5))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $hash
          (i32.mul (i32.xor (local.get $hash) (i32.load8_u (local.get $at))) (i32.const 0x01000193)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (i32.store (global.get $key)
      (i32.and (i32.xor (local.get $hash) (i32.shr_u (local.get $hash) (i32.const 16))) (i32.const 0xffff)))
    (i32.const 1))

  ;; Adds to the count of the key and gives the sum; again when another thread was faster.
  (func $change (param $by i32) (result i32)
    (local $now i32) (local $status i32)
    (loop $again
      (call $forget)
      (local.set $now (i32.const 0))
      (i32.store (global.get $version) (i32.const 0))
      (local.set $status
        (call $get_shared
          (global.get $key) (i32.const 4) (global.get $pointer) (global.get $size) (global.get $version)))
      (if (i32.and (i32.eqz (local.get $status)) (i32.eq (i32.load (global.get $size)) (i32.const 4)))
        (then (local.set $now (i32.load (i32.load (global.get $pointer))))))
      (local.set $now (i32.add (local.get $now) (local.get $by)))
      (if (i32.lt_s (local.get $now) (i32.const 0)) (then (local.set $now (i32.const 0))))
      (i32.store (global.get $count) (local.get $now))
      (br_if $again
        (call $set_shared
          (global.get $key) (i32.const 4) (global.get $count) (i32.const 4) (i32.load (global.get $version)))))
    (local.get $now))

  (func (export "proxy_abi_version_0_2_1"))
  (func (export "proxy_on_memory_allocate") (param $bytes i32) (result i32)
    (global.get $scratch)
    (global.set $scratch
      (i32.and (i32.add (i32.add (global.get $scratch) (local.get $bytes)) (i32.const 7)) (i32.const -8))))
  (func (export "proxy_on_vm_start") (param i32 i32) (result i32) (i32.const 1))
  (func (export "proxy_on_context_create") (param i32 i32))

  ;; Reads the limit, a number in digits; without one the gateway does not start.
  (func (export "proxy_on_configure") (param $context i32) (param $bytes i32) (result i32)
    (local $at i32) (local $end i32)
    (call $forget)
    (global.set $limit (i32.const 0))
    (if (call $get_buffer (i32.const 7) (i32.const 0) (local.get $bytes) (global.get $pointer) (global.get $size))
      (then (return (i32.const 0))))
    (local.set $at (i32.load (global.get $pointer)))
    (local.set $end (i32.add (local.get $at) (i32.load (global.get $size))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (global.set $limit
          (i32.add
            (i32.mul (global.get $limit) (i32.const 10)) (i32.sub (i32.load8_u (local.get $at)) (i32.const 48))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (i32.gt_s (global.get $limit) (i32.const 0)))

  ;; One that is refused counts, too, until it is closed: its end takes one off like every other.
  (func (export "proxy_on_new_connection") (param i32) (result i32)
    (if (call $find_key)
      (then
        (if (i32.gt_s (call $change (i32.const 1)) (global.get $limit))
          (then
            (drop (call $close (i32.const 2))) ;; downstream
            (return (i32.const 1))))))
    (i32.const 0))
  (func (export "proxy_on_downstream_connection_close") (param i32 i32)
    (if (call $find_key) (then (drop (call $change (i32.const -1))))))
)
