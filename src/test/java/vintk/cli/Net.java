package vintk.cli;

/** A space, and the seed that draws a small candidate of it. */
enum Net {
    AUTOFORMER_TINY("autoformer-tiny", 3, 48, 3, 8, "."),
    AUTOFORMER_SMALL("autoformer-small", 14, 48, 2, 3, "head|patch_embed|blocks.(0|11).(norm|attn)"),
    AUTOFORMER_BASE("autoformer-base", 2, 48, 2, 3, "head|cls|blocks.(0|13).(norm|attn.rel)"),
    AUTOFORMER_TINY_ABS("autoformer-tiny-abs", 6, 48, 3, 8, "."),
    PIT("pit", 6, 64, 3, 8, "."),
    DEIT_TINY("deit", 1, 48, 3, 8, ".");

    final String space;
    final int seed;
    final int size;
    /** Samples that the reference computes. */
    final int samples;
    /** Samples where the program is compared with itself. */
    final int many;
    /** Initializers whose Jacobians are compared one by one. */
    final String jacobian;

    Net(String space, int seed, int size, int samples, int many, String jacobian) {
        this.space = space;
        this.seed = seed;
        this.size = size;
        this.samples = samples;
        this.many = many;
        this.jacobian = jacobian;
    }

    /** Every reduction for the small networks, the main ones for the large. */
    boolean small() {
        return many == 8;
    }
}
