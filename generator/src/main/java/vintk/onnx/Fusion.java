package vintk.onnx;

/** What this program does to graphs that it runs itself, all with operators of ONNX Runtime's own: files for others stay standard. */
public final class Fusion {
    private Fusion() {}

    /** The same function, for ONNX Runtime on a target alone. */
    public static Graph apply(Graph graph, Target target) {
        Graph lean = CommonNodes.apply(NeutralOperands.apply(graph));
        Graph formed = target == Target.CUDA
                ? SumProduct.apply(ReductionFusion.apply(SymmetricPads.apply(Shifts.sliced(lean))))
                : ReductionFusion.apply(StepForm.apply(StandardisationForm.arithmetic(lean)));
        Graph fused = CommonNodes.apply(CommonFactor.apply(ScaleFusion.apply(TransposeFusion.apply(formed))));
        return switch (target) {
            case CUDA -> fused;
            case PROCESSOR -> DotProducts.apply(ConvolutionForm.apply(HeadProducts.apply(fused)));
            case BLOCKS_OF_8 -> DotProducts.apply(BlockedConvolution.apply(HeadProducts.apply(fused)));
            case BLOCKS_OF_16 ->
                DotProducts.apply(BlockedConvolution.apply(BlockedLayers.apply(HeadProducts.apply(fused))));
        };
    }
}
