/**
 * From a candidate to its graph: {@link vintk.vit.VitGraph} builds the network that a
 * {@link vintk.space.VisionTransformer} describes, with weights that {@link vintk.vit.Weights} draws from (seed,
 * parameter name). Matrices of linear layers are stored [in, out], as ONNX' MatMul takes them.
 */
package vintk.vit;
